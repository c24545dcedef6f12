import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Bound on one command, on a busy machine. */
const PATIENCE_MS = 120_000;

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

type Environment = Readonly<Record<string, string>>;

/** One command of the built program, to its end. */
export function tickwork(args: readonly string[], env: Environment = {}): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: PATIENCE_MS };
    execFile(process.execPath, [PROGRAM, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

export interface RunningProgram extends AsyncDisposable {
  /** Of both streams, so far. */
  output(): string;
}

/** A command that goes on until it is ended by SIGTERM, by SIGKILL when that does not help. */
export function startTickwork(args: readonly string[], env: Environment = {}): RunningProgram {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const pipe of [child.stdout, child.stderr])
    pipe.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const exited = once(child, 'close');
  return {
    output: () => printed,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await exited;
      clearTimeout(late);
    },
  };
}
