import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const PULL_TABLE = fileURLToPath(new URL('../../examples/python/pull_table.py', import.meta.url));

/** What examples/python/pull_table.py prints for a row with --json. */
export interface PulledRow {
  readonly levels: Readonly<Record<string, string>>;
  readonly n: number;
  readonly expected: number;
  readonly metrics: Readonly<Record<string, { readonly mean: number | null; readonly std: number | null }>>;
  readonly published: Readonly<Record<string, number>>;
}

/** A Python that can import grpc and grpc_tools: Debian's packages belong to /usr/bin/python3, whatever PATH says. */
export async function pythonWithGrpc(): Promise<string> {
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      await run(python, ['-c', 'import grpc, grpc_tools.protoc'], { timeout: 30_000 });
      return python;
    } catch {}
  }
  throw new Error('Expected a python3 with gRPC, got none. Debian: apt install python3-grpcio python3-grpc-tools.');
}

/** Runs the example against a server. Rejects with its stderr when it exits with another code than 0. */
export async function pullTable(python: string, args: readonly string[]): Promise<string> {
  const { stdout } = await run(python, [PULL_TABLE, ...args], {
    timeout: 60_000,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' },
  });
  return stdout;
}

export async function pullRows(python: string, address: string, sweep: string, pageSize: number): Promise<PulledRow[]> {
  const text = await pullTable(python, [address, sweep, '--page-size', String(pageSize), '--json']);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as PulledRow);
}
