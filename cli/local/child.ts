import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Clock } from '../../runtime/clock.ts';

export interface ChildSpec<Ready> {
  /** For messages and the log file, for example `worker-1`. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Gets stdout and stderr. */
  readonly logFile: string;
  /** Whether the child speaks Node's IPC. */
  readonly ipc: boolean;
  /** Resolves when the child does its work; must end when `signal` aborts. */
  readonly whenReady: (child: ChildProcess, signal: AbortSignal) => Promise<Ready>;
}

export interface Child<Ready> {
  readonly pid: number;
  readonly ready: Promise<Ready>;
  /** How it ended, for example `SIGKILL` or `exit code 1`. Never rejects. */
  readonly exited: Promise<string>;
  /** SIGTERM, and SIGKILL to its whole group after `graceMs`. Resolves when it has ended. */
  stop(graceMs: number): Promise<void>;
  /** SIGKILL to its whole group, now. */
  kill(): void;
}

/**
 * Starts a program in a session of its own: Ctrl-C in the terminal then reaches only the supervisor, which stops its
 * children in order, and what a child leaves behind can be ended with its group.
 */
export function startChild<Ready>(spec: ChildSpec<Ready>, clock: Clock): Child<Ready> {
  const log = openSync(spec.logFile, 'a', 0o600);
  const child = spawn(spec.file, spec.args, {
    env: spec.env,
    detached: true,
    stdio: ['ignore', log, log, ...(spec.ipc ? (['ipc'] as const) : [])],
  });
  closeSync(log);
  // The supervisor ends when its work is done, not when the channel closes.
  child.channel?.unref();
  const ended = new AbortController();
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  void exited.then(() => ended.abort());
  const ready = spec.whenReady(child, ended.signal);
  ready.catch(() => {});

  const kill = (): void => {
    // Also after the child's end: what it started may still run in its group.
    if (child.pid !== undefined) killGroup(child.pid);
  };
  return {
    pid: child.pid ?? -1,
    ready,
    exited,
    kill,
    async stop(graceMs) {
      child.kill('SIGTERM');
      const grace = new AbortController();
      const late = clock.sleep(graceMs, grace.signal).then(() => 'late' as const);
      if ((await Promise.race([exited, late])) === 'late') kill();
      grace.abort();
      await exited;
      kill();
    },
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

/** The last lines of a log, for an error message. */
export function logTail(file: string, lines = 12): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
