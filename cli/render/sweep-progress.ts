import type { Sweep__Output } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { Trial__Output } from '../../proto/generated/tickwork/v1/Trial.ts';

/** What a viewer knows of a sweep: the last message of each kind, put together. */
export interface SweepProgress {
  readonly sweep: Sweep__Output;
  /** Leased or running now. */
  readonly active: readonly Trial__Output[];
  /** Reached a terminal state since the view before this one; a cell appears in one view only. */
  readonly finished: readonly Trial__Output[];
}

/** Cells that need no more work. */
export function finishedCells({ counts }: Sweep__Output): number {
  return counts ? counts.succeeded + counts.failed + counts.cancelled + counts.stopped + counts.blocked : 0;
}

/** Share of a trial's steps that are done, 0 to 1. */
export function trialFraction({ progress }: Trial__Output): number {
  return progress && progress.steps > 0 ? Math.min(1, progress.step / progress.steps) : 0;
}

/** Share of the sweep's work that is done, 0 to 1, counting every trial alike. */
export function sweepFraction({ sweep, active }: SweepProgress): number {
  const total = sweep.counts?.total ?? 0;
  if (total === 0) return 0;
  return Math.min(1, (finishedCells(sweep) + active.reduce((sum, trial) => sum + trialFraction(trial), 0)) / total);
}

/** Seconds until all is done, if it goes on as it went so far; undefined before there is anything to go by. */
export function secondsLeft(fraction: number, elapsedSeconds: number): number | undefined {
  return fraction > 0.005 && elapsedSeconds > 1 ? (elapsedSeconds * (1 - fraction)) / fraction : undefined;
}
