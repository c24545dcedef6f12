import type { ChildProcess } from 'node:child_process';
import { type Child, type ChildSpec, logTail, startChild } from '../../cli/local/child.ts';
import type { Clock } from '../../runtime/clock.ts';

/** A program that is kept running, and that faults stop, kill and hold down. Every call is harmless at any time. */
export interface Managed {
  readonly name: string;
  readonly pid: number | undefined;
  /** SIGKILL to it and what it started, now. Started again after `downMs`. */
  kill(downMs: number): Promise<void>;
  /** SIGTERM, and SIGKILL where that takes too long. Started again `downMs` after its end. */
  end(downMs: number): Promise<void>;
  /** SIGSTOP, for the whole group or the program alone, for `ms`. */
  pause(ms: number, group: boolean): Promise<void>;
  /** Runs `work` between its end by SIGKILL and its next start. */
  killAround(work: () => Promise<void>): Promise<void>;
  /** Times that it ended though nobody had asked, and the last lines that it had printed. */
  readonly accidents: readonly string[];
  close(): Promise<void>;
}

export interface ManagedOptions {
  readonly spec: () => ChildSpec<unknown>;
  readonly clock: Clock;
  /** Each new process, before it has said anything. */
  readonly onStart?: (child: ChildProcess) => void;
}

const RESTART_MS = 300;
const END_GRACE_MS = 20_000;

export function manage({ spec, clock, onStart }: ManagedOptions): Managed {
  const { name, logFile } = spec();
  const accidents: string[] = [];
  const closing = new AbortController();
  /** Faults that hold it down now. */
  let holds = 0;
  let child: Child<unknown> | undefined;

  function start(): void {
    if (closing.signal.aborted || holds > 0 || child) return;
    const given = spec();
    const started = startChild(
      {
        ...given,
        whenReady: (process, signal) => {
          onStart?.(process);
          return given.whenReady(process, signal);
        },
      },
      clock,
    );
    child = started;
    void started.exited.then((how) => ended(started, how));
  }

  async function ended(which: Child<unknown>, how: string): Promise<void> {
    if (child !== which) return;
    child = undefined;
    which.kill();
    if (holds > 0 || closing.signal.aborted) return;
    accidents.push(`${name} ended by itself (${how}):\n${logTail(logFile, 6)}`);
    await clock.sleep(RESTART_MS, closing.signal);
    start();
  }

  async function heldDown(down: () => Promise<void>, meanwhile: () => Promise<void>): Promise<void> {
    holds++;
    try {
      await down();
      await meanwhile();
    } finally {
      holds--;
      start();
    }
  }

  async function killNow(): Promise<void> {
    child?.kill();
    await child?.exited;
  }

  function signal(what: NodeJS.Signals, pid: number, group: boolean): void {
    try {
      process.kill(group ? -pid : pid, what);
    } catch {
      // It has ended meanwhile.
    }
  }

  start();
  return {
    name,
    get pid() {
      return child?.pid;
    },
    kill: (downMs) => heldDown(killNow, () => clock.sleep(downMs, closing.signal)),
    end: (downMs) =>
      heldDown(
        async () => child?.stop(END_GRACE_MS),
        () => clock.sleep(downMs, closing.signal),
      ),
    killAround: (work) => heldDown(killNow, work),
    async pause(ms, group) {
      const pid = child?.pid;
      if (pid === undefined) return;
      signal('SIGSTOP', pid, group);
      await clock.sleep(ms, closing.signal);
      signal('SIGCONT', pid, group);
    },
    accidents,
    async close() {
      closing.abort();
      await killNow();
    },
  };
}
