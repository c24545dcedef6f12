import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Milliseconds until the command and its children are killed. */
  readonly timeLimit: number;
  readonly signal?: AbortSignal;
  /** Text as it is written, of both streams. */
  readonly onOutput?: (text: string) => void;
}

export interface CommandResult {
  /** `undefined` where the command could not be started, was killed or ran out of time: `reason` says which. */
  readonly exitCode: number | undefined;
  readonly reason: string;
  readonly stdout: string;
  /** Both streams in the order of arrival, the last 64 KiB. */
  readonly output: string;
}

const KEPT_CHARACTERS = 65_536;

/**
 * Runs a program without a shell, its output and time bounded. Its children end with it: a compiler's driver does not
 * end what it started. A failure is a result; only an aborted signal is thrown.
 */
export async function runCommand(
  [program = '', ...args]: readonly string[],
  { env, cwd, timeLimit, signal, onOutput }: CommandOptions,
): Promise<CommandResult> {
  signal?.throwIfAborted();
  const child = spawn(program, args, {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that all of it can be ended. Windows has none.
    detached: process.platform !== 'win32',
  });
  let reason = '';
  const end = (why: string): void => {
    reason ||= why;
    killGroup(child.pid, () => child.kill('SIGKILL'));
  };
  const timer = setTimeout(() => end(`took longer than ${timeLimit / 1000} s`), timeLimit);
  const onAbort = (): void => end('was aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  let stdout = '';
  let output = '';
  const collect = (text: string, isStdout: boolean): void => {
    if (isStdout) stdout = (stdout + text).slice(-KEPT_CHARACTERS);
    output = (output + text).slice(-KEPT_CHARACTERS);
    onOutput?.(text);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => collect(text, true));
  child.stderr.setEncoding('utf8').on('data', (text: string) => collect(text, false));
  try {
    const exitCode = await new Promise<number | undefined>((resolve) => {
      child.once('error', (error) => {
        reason ||= error.message;
        resolve(undefined);
      });
      child.once('close', (code, killedBy) => {
        if (killedBy !== null) reason ||= `was ended by ${killedBy}`;
        resolve(reason === '' ? (code ?? undefined) : undefined);
      });
    });
    signal?.throwIfAborted();
    return { exitCode, reason: reason || `ended with code ${exitCode}`, stdout, output };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function killGroup(pid: number | undefined, otherwise: () => void): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    otherwise();
  }
}
