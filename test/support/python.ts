import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const FOLDER = fileURLToPath(new URL('../../examples/python/', import.meta.url));

/** A row as examples/python/pull_table.py yields it. */
export interface PulledRow {
  readonly levels: Readonly<Record<string, string>>;
  readonly n: number;
  readonly expected: number;
  /** Mean and standard deviation by metric. */
  readonly metrics: Readonly<Record<string, readonly [number | null, number | null]>>;
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

/** Runs the example as a person does. Rejects with its stderr when it exits with another code than 0. */
export function pullTable(python: string, address: string, sweep: string): Promise<string> {
  return runInExamples(python, ['pull_table.py', address, sweep]);
}

/** Imports the example as a notebook does. */
export async function pullRows(python: string, address: string, sweep: string, pageSize: number): Promise<PulledRow[]> {
  const code =
    'import json, sys, pull_table as p; print(json.dumps(list(p.pull_rows(*sys.argv[1:3], int(sys.argv[3])))))';
  return JSON.parse(await runInExamples(python, ['-c', code, address, sweep, String(pageSize)])) as PulledRow[];
}

async function runInExamples(python: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' };
  return (await run(python, args, { cwd: FOLDER, timeout: 60_000, env })).stdout;
}

/** The lab's Python, if it has all of these modules; else undefined. */
export async function pythonWith(...modules: readonly string[]): Promise<string | undefined> {
  for (const python of [process.env['TICKWORK_PYTHON'], 'python3', '/usr/bin/python3']) {
    if (python === undefined || python === '') continue;
    try {
      await run(python, ['-c', `import ${modules.join(', ')}`], { timeout: 60_000 });
      return python;
    } catch {}
  }
  return undefined;
}
