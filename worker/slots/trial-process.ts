import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AgentToTrial, TrialToAgent } from '../trial-messages.ts';

/** One child process that runs trials; the adapter around Node's fork. */
export interface TrialProcess {
  readonly pid: number | undefined;
  /** Ignored once the process is gone. */
  send(message: AgentToTrial): void;
  /** SIGKILL. */
  kill(): void;
}

export interface TrialProcessListener {
  onMessage(message: TrialToAgent): void;
  /** A line of the process's stdout or stderr. */
  onLine(line: string): void;
  /** Once, when the process has ended or could not be created. */
  onExit(exit: TrialProcessExit): void;
}

export interface TrialProcessExit {
  /** For example `exit code 1` or `signal SIGKILL (perhaps out of memory)`. */
  readonly how: string;
  /** What it printed last, for failure messages. */
  readonly lastLines: readonly string[];
}

export interface TrialProcessOptions {
  /** Path of the compiled module that speaks trial-messages.ts. */
  readonly entry: string;
  readonly environment: NodeJS.ProcessEnv;
}

const KEPT_LINES = 20;
const KEPT_LINE_LENGTH = 500;
const OUTPUT_GRACE_MS = 500;

/** The process ends itself when the IPC channel closes, so it dies with its parent, kill -9 included. */
export function startTrialProcess(options: TrialProcessOptions, listener: TrialProcessListener): TrialProcess {
  const lastLines: string[] = [];
  const child = fork(options.entry, [], {
    env: options.environment,
    execArgv: [],
    // Keeps NaN and undefined, which JSON does not.
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const output of [child.stdout, child.stderr]) {
    if (output === null) continue;
    createInterface({ input: output }).on('line', (line) => {
      lastLines.push(line.slice(0, KEPT_LINE_LENGTH));
      if (lastLines.length > KEPT_LINES) lastLines.shift();
      listener.onLine(line);
    });
  }

  let over = false;
  let group = 0;
  function end(how: string): void {
    if (over) return;
    over = true;
    endGroup();
    listener.onExit({ how, lastLines });
  }

  /** A command outlives no trial process, however that has ended. */
  function endGroup(): void {
    if (group === 0) return;
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // Nobody is left.
    }
    group = 0;
  }

  child.on('message', (message) => {
    const heard = message as TrialToAgent;
    if (heard.type === 'group') group = heard.group;
    if (!over) listener.onMessage(heard);
  });
  // After a failed spawn there is no 'exit'; a failed send is followed by one.
  child.on('error', (error) => child.pid === undefined && end(`not started: ${error.message}`));
  // Only 'close' says that the last lines have been read; it does not come while a grandchild holds the pipes.
  child.on('exit', (code, signal) => {
    const patience = setTimeout(() => end(describeExit(code, signal)), OUTPUT_GRACE_MS);
    child.once('close', () => {
      clearTimeout(patience);
      end(describeExit(code, signal));
    });
  });

  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message, () => undefined);
    },
    kill() {
      child.kill('SIGKILL');
    },
  };
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  // 128 + 9: the same, seen through a shell.
  if (signal === 'SIGKILL' || code === 137)
    return `${signal ? `signal ${signal}` : `exit code ${code}`} (perhaps out of memory)`;
  return signal ? `signal ${signal}` : `exit code ${code}`;
}
