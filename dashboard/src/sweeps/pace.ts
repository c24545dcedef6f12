import type { Sweep, Trial } from '../api/client.ts';

export interface Pace {
  /** From submission until now or the end, ms. */
  readonly elapsedMs: number;
  /** Estimate of what is left, ms; undefined when finished or when too little is done to tell. */
  readonly remainingMs?: number;
}

/** Below this share of the work an estimate would be a guess. */
const LEAST_SHARE = 0.03;

/**
 * Elapsed time and an estimate of the rest: the share of trials done, running ones counted by their steps, taken as the share of the
 * time. It takes all trials to cost alike, which is why the page says "about".
 */
export function paceOf(sweep: Sweep, active: readonly Trial[], now: number): Pace {
  const start = sweep.createTime ? Date.parse(sweep.createTime) : now;
  const end = sweep.finishTime ? Date.parse(sweep.finishTime) : now;
  const elapsedMs = Math.max(0, end - start);
  const { counts } = sweep;
  if (sweep.state !== 'SWEEP_STATE_ACTIVE' || !counts || counts.total === 0) return { elapsedMs };
  const ended = counts.succeeded + counts.failed + counts.cancelled + counts.stopped + counts.blocked;
  const share = (ended + active.reduce((sum, trial) => sum + trialShare(trial), 0)) / counts.total;
  // The coordinator knows how fast such trials were before.
  if (typeof sweep.secondsLeft === 'number') return { elapsedMs, remainingMs: 1000 * sweep.secondsLeft };
  if (share < LEAST_SHARE || share >= 1) return { elapsedMs };
  return { elapsedMs, remainingMs: (elapsedMs * (1 - share)) / share };
}

/** How much of a trial is done, 0 to 1. */
export function trialShare({ progress }: Trial): number {
  return progress && progress.steps > 0 ? Math.min(1, progress.step / progress.steps) : 0;
}
