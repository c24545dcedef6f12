import type { Sweep__Output } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { Trial__Output } from '../../proto/generated/tickwork/v1/Trial.ts';
import { unixMs } from '../render/timestamp.ts';

export interface Utilisation {
  /** From submission to the last result. */
  readonly makespanSeconds: number;
  /** Σ trial durations / (slots × makespan), 0 to 1: attempts that were lost count as idle time. */
  readonly shareInsideTrials: number;
}

/** @returns undefined while the sweep or one of its trials has no end. */
export function utilisation(
  sweep: Sweep__Output,
  trials: readonly Trial__Output[],
  slots: number,
): Utilisation | undefined {
  const start = unixMs(sweep.createTime);
  const finish = unixMs(sweep.finishTime);
  if (start === undefined || finish === undefined || finish <= start) return undefined;
  let inside = 0;
  for (const trial of trials) {
    const from = unixMs(trial.startTime);
    const to = unixMs(trial.finishTime);
    if (from !== undefined && to !== undefined) inside += to - from;
  }
  return { makespanSeconds: (finish - start) / 1000, shareInsideTrials: inside / (slots * (finish - start)) };
}
