import type { Checker } from './check/checker.ts';
import type { Fault, FaultKind } from './faults/plan.ts';
import type { Scheduler } from './time/scheduler.ts';

/** How long nothing became durable, and how long it took after each fault until something did. */
export interface Progress {
  ends(fault: Fault): void;
  /** When something became durable for the last time, virtual ms. */
  readonly lastAt: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** Longest time between two durable changes while a sweep was active, virtual ms. */
  readonly worstStallMs: number;
  /** From the end of each fault to the next durable change, virtual ms; faults after the last change have none. */
  readonly recoveriesMs: readonly number[];
}

export function createProgress(scheduler: Scheduler, checker: Checker): Progress {
  const faults = new Map<FaultKind, number>();
  const recoveriesMs: number[] = [];
  let open: number[] = [];
  let last: number | undefined;
  let worstStallMs = 0;
  let lastAt = 0;

  checker.onProgress(() => {
    const { now } = scheduler;
    lastAt = now;
    if (last !== undefined) worstStallMs = Math.max(worstStallMs, now - last);
    const active = [...checker.log.state.sweeps.values()].some(({ status }) => status === 'active');
    last = active ? now : undefined;
    recoveriesMs.push(...open.filter((end) => end <= now).map((end) => now - end));
    open = open.filter((end) => end > now);
  });

  return {
    ends({ kind, forMs }) {
      faults.set(kind, (faults.get(kind) ?? 0) + 1);
      open.push(scheduler.now + forMs);
    },
    get lastAt() {
      return lastAt;
    },
    faults,
    get worstStallMs() {
      return worstStallMs;
    },
    recoveriesMs,
  };
}
