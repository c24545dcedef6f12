"""Optuna's rate of trials that do nothing: optuna_study.py SLOTS TRIALS

Several ways, the best counts: its journal in a file, driven by 1, 2 and 4 processes (more stand in each other's way on few cores),
and its gRPC proxy over that journal. Random sampler, no pruner, no logging. What is stored is durable.
"""
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time

try:
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend
except Exception as error:  # noqa: BLE001
    print(json.dumps({"why": f"this Python has no Optuna ({error})"}))
    raise SystemExit(0)

optuna.logging.set_verbosity(optuna.logging.ERROR)
slots, trials = int(sys.argv[1]), int(sys.argv[2])


def open_storage(where):
    kind, place = where
    if kind == "journal":
        return JournalStorage(JournalFileBackend(place))
    from optuna.storages import GrpcStorageProxy

    return GrpcStorageProxy(host="127.0.0.1", port=place)


def objective(trial):
    trial.suggest_float("learningRate", 1e-6, 0.1)
    return 12.5


def work(where, count):
    study = optuna.load_study(study_name="s", storage=open_storage(where), sampler=optuna.samplers.RandomSampler())
    study.optimize(objective, n_trials=count)


def rate(where, processes):
    optuna.create_study(study_name="s", storage=open_storage(where))
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work, args=(where, trials // processes)) for _ in range(processes)]
    start = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - start
    assert all(worker.exitcode == 0 for worker in workers)
    return trials // processes * processes / seconds


SERVER = """
import sys, optuna
from optuna.storages import JournalStorage, run_grpc_proxy_server
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.ERROR)
run_grpc_proxy_server(JournalStorage(JournalFileBackend(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]))
"""


rates = {}
# First what forks: gRPC's threads do not survive a fork.
for processes in (1, 2, 4):
    with tempfile.TemporaryDirectory() as folder:
        rates[f"journal, {processes}"] = rate(("journal", os.path.join(folder, "j")), processes)
try:
    import grpc  # noqa: F401

    rates["gRPC proxy, 1"] = None
    with tempfile.TemporaryDirectory() as folder:
        port = 40000 + os.getpid() % 20000
        server = subprocess.Popen([sys.executable, "-c", SERVER, os.path.join(folder, "j"), str(port)])
        try:
            for _ in range(60):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.5)
            storage = open_storage(("grpc", port))
            study = optuna.create_study(study_name="s", storage=storage, sampler=optuna.samplers.RandomSampler())
            start = time.perf_counter()
            study.optimize(objective, n_trials=trials)
            rates["gRPC proxy, 1"] = trials / (time.perf_counter() - start)
        finally:
            server.kill()
            server.wait()
except ImportError:
    pass
best = max(value for value in rates.values() if value)
print(json.dumps({"version": optuna.__version__, "value": best, "rates": rates, "trials": trials}))
