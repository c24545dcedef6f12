import { TickworkError } from '../../core/errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type Child, type ChildSpec, logTail, startChild } from './child.ts';
import { RESTARTS, restartDelayMs } from './restart-policy.ts';

export interface SuperviseOptions<Ready> {
  /** Called for every start; later starts may use what earlier ones learned (their ports). */
  readonly spec: () => ChildSpec<Ready>;
  readonly readyWithinMs: number;
  readonly stopGraceMs: number;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** A line for the person: the process died, is restarted, is back. */
  readonly say: (line: string) => void;
}

export interface Supervised<Ready> {
  /** What the first start learned. */
  readonly ready: Ready;
  /** Of the running process. */
  readonly pid: number;
  /** Rejects when the process died too often; otherwise never settles. */
  readonly gaveUp: Promise<never>;
  /** Orderly stop; the process is not started again. Idempotent. */
  stop(): Promise<void>;
  /** SIGKILL to the process and what it started, now; not started again. */
  kill(): void;
}

/**
 * Starts a process, waits until it is ready and from then on starts it again whenever it ends by itself.
 * @throws TickworkError INTERNAL with the end of its log when the first start fails; the reason of `signal`.
 */
export async function supervise<Ready>(options: SuperviseOptions<Ready>): Promise<Supervised<Ready>> {
  const { clock, say } = options;
  const stopping = new AbortController();
  const either = AbortSignal.any([options.signal, stopping.signal]);
  let child = startChild(options.spec(), clock);
  const { name, logFile } = options.spec();

  const ready = await firstReady(child);
  let giveUp: (reason: unknown) => void = () => {};
  const gaveUp = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  gaveUp.catch(() => {});
  const watching = watch();

  async function firstReady(first: Child<Ready>): Promise<Ready> {
    const outcome = await settled(first);
    if (outcome.ready) return outcome.value;
    first.kill();
    options.signal.throwIfAborted();
    throw new TickworkError(
      'INTERNAL',
      `Expected ${name} to start, got ${outcome.why}. The end of its log:\n${logTail(logFile)}`,
    );
  }

  /** Ready, ended, or too late, whichever comes first. */
  async function settled(
    starting: Child<Ready>,
  ): Promise<{ ready: true; value: Ready } | { ready: false; why: string }> {
    const timer = new AbortController();
    try {
      return await Promise.race([
        starting.ready.then(
          (value) => ({ ready: true, value }) as const,
          (error: unknown) => ({ ready: false, why: String(error) }) as const,
        ),
        starting.exited.then((how) => ({ ready: false, why: how }) as const),
        clock
          .sleep(options.readyWithinMs, AbortSignal.any([timer.signal, either]))
          .then(
            () => ({ ready: false, why: `no sign of readiness within ${options.readyWithinMs / 1000} s` }) as const,
          ),
      ]);
    } finally {
      timer.abort();
    }
  }

  async function watch(): Promise<void> {
    const deaths: number[] = [];
    for (;;) {
      const how = await child.exited;
      if (either.aborted) return;
      // A process that was killed may have left others of its group.
      child.kill();
      deaths.push(clock.now());
      const delay = restartDelayMs(deaths, clock.now(), options.random());
      if (delay === undefined) {
        giveUp(
          new TickworkError(
            'INTERNAL',
            `Expected ${name} to keep running, got more than ${RESTARTS.max} deaths in ${RESTARTS.withinMs / 60_000} minutes, the last by ${how}. ` +
              `The end of its log:\n${logTail(logFile)}`,
          ),
        );
        return;
      }
      say(`${name} died (${how}); starting it again.`);
      await clock.sleep(delay, either);
      if (either.aborted) return;
      child = startChild(options.spec(), clock);
      const outcome = await settled(child);
      if (either.aborted) return;
      if (outcome.ready) say(`${name} is back (process ${child.pid}).`);
      else child.kill();
    }
  }

  let stopped: Promise<void> | undefined;
  return {
    ready,
    get pid() {
      return child.pid;
    },
    gaveUp,
    stop() {
      stopping.abort();
      stopped ??= child.stop(options.stopGraceMs).then(() => watching);
      return stopped;
    },
    kill() {
      stopping.abort();
      child.kill();
    },
  };
}
