"""Pulls the result table of a sweep over gRPC: python3 pull_table.py 127.0.0.1:7077 sweeps/vgg-demo-1"""
import importlib, pathlib, re, sys, tempfile
import grpc, grpc_tools
from grpc_tools import protoc

PROTO = pathlib.Path(__file__).resolve().parents[2] / "proto"


def load_api(*files):
    """Compiles .proto files in a temporary folder and imports what protoc wrote. Returns modules by name: result_pb2, result_pb2_grpc, …"""
    with tempfile.TemporaryDirectory() as folder:
        for file in (pathlib.Path(name) for name in files):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            # Debian's protoc does not know `optional` yet; a oneof of one field is the same thing, on the wire too.
            (folder / file).write_text(re.sub(r"optional (\S+ (\w+) = \d+;)", r"oneof _\2 { \1 }", (PROTO / file).read_text()))
        well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
        if protoc.main(["protoc", f"-I{folder}", f"-I{well_known}", f"--python_out={folder}", f"--grpc_python_out={folder}", *files]):
            sys.exit("Expected protoc to compile proto/, got the errors above. Run this file inside the repository.")
        sys.path.insert(0, folder)
        modules = [pathlib.Path(name).stem + kind for name in files for kind in ("_pb2", "_pb2_grpc")]
        return {name: importlib.import_module(f"tickwork.v1.{name}") for name in modules}


def pull_rows(address, sweep, page_size=100):
    """Yields a dict for each row: levels, n of expected cells, metrics as (mean, std), and published values."""
    api = load_api("tickwork/v1/sweep.proto", "tickwork/v1/result.proto")
    messages, services = api["result_pb2"], api["result_pb2_grpc"]
    request = messages.GetTableRequest(parent=sweep, page_size=page_size)
    with grpc.insecure_channel(address) as channel:
        while True:
            table = services.ResultServiceStub(channel).GetTable(request, timeout=10)
            for row in table.rows:
                yield {
                    "levels": {level.factor: level.label for level in row.levels},
                    "n": row.n,
                    "expected": row.expected,
                    "metrics": {a.metric: [getattr(a, k) if a.HasField(k) else None for k in ("mean", "std")] for a in row.aggregates},
                    "published": {value.metric: value.value for value in row.published},
                }
            if not table.next_page_token:
                return
            request.page_token = table.next_page_token


if __name__ == "__main__":
    show = lambda value: "–" if value is None else f"{value:.2f}"
    try:
        for row in pull_rows(*sys.argv[1:3]):
            cells = [f"{label:<10}" for label in row["levels"].values()] + [f"n = {row['n']}/{row['expected']}"]
            cells += [f"{name} {show(mean)} ± {show(std)}" for name, (mean, std) in row["metrics"].items()]
            print("  ".join(cells + [f"{name} (published) {show(value)}" for name, value in row["published"].items()]))
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")
