import { spawn } from 'node:child_process';

export interface CommandResult {
  /** undefined when the program could not be started, was killed, or took too long. */
  readonly exitCode: number | undefined;
  /** stdout and stderr together, the last 20,000 characters. */
  readonly output: string;
}

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

const KEPT_OUTPUT = 20_000;

/** Runs a program to its end; never throws for the program's own failure, and always ends by `timeoutMs`. */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  if (options.signal.aborted) return { exitCode: undefined, output: 'interrupted' };
  // A group of its own, so that a stop reaches what the program started too (apt-get starts dpkg).
  const child = spawn(file, args, {
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
  }
  const stop = (why: string) => (): void => {
    output += `\n${why}`;
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended in the meantime.
    }
  };
  const timer = setTimeout(stop(`stopped after ${options.timeoutMs / 1000} s`), options.timeoutMs);
  const onAbort = stop('interrupted');
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve({ exitCode: undefined, output: error.message }));
      child.once('close', (code) => resolve({ exitCode: code ?? undefined, output: output.trim() }));
    });
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', onAbort);
  }
}

/** The last line a program printed: what went wrong, for an error of one line. */
export function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() || 'no output';
}
