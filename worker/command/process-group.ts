import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Exit } from '../../core/command/exit.ts';

/** A program with whatever it starts, as one process group: a signal reaches all of them. */
export interface ProcessGroup {
  /** Id of the group; undefined when the program could not be started. */
  readonly id: number | undefined;
  /** To every process of the group; to none when it has ended. */
  signal(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** When the program has ended and its output has been read. Rejects when it could not be started. */
  readonly exit: Promise<Exit>;
}

export interface ProgramOptions {
  readonly words: readonly string[];
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly onLine: (line: string) => void;
}

/** What a process that was left behind may still hold the output open for, ms. */
const OUTPUT_GRACE_MS = 500;

/** No shell reads the words. */
export function startProgram({ words, folder, environment, onLine }: ProgramOptions): ProcessGroup {
  const [file, ...args] = words as [string, ...string[]];
  const child = spawn(file, args, {
    cwd: folder,
    env: environment,
    // A session of its own, and with it a group.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const output of [child.stdout, child.stderr]) createInterface({ input: output }).on('line', onLine);

  function signal(name: 'SIGTERM' | 'SIGKILL'): void {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // Nobody is left.
    }
  }

  const exit = new Promise<Exit>((resolve, reject) => {
    child.on('error', (error) => child.pid === undefined && reject(error));
    child.on('exit', (code, by) => {
      // What it started and left behind would hold the slot's memory.
      signal('SIGKILL');
      const patience = setTimeout(() => resolve({ code, signal: by }), OUTPUT_GRACE_MS);
      child.once('close', () => {
        clearTimeout(patience);
        resolve({ code, signal: by });
      });
    });
  });
  return { id: child.pid, signal, exit };
}
