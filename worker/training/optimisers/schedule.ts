import type { TrialParameters } from '../../../core/study/trial-parameters.ts';

type Schedule = Pick<
  TrialParameters,
  'schedule' | 'learningRate' | 'scheduleEvery' | 'schedulePatience' | 'scheduleFactor' | 'schedulePower'
>;

/**
 * Learning rate of a step; never below 0.
 *
 * - `step`: times `scheduleFactor` after every `scheduleEvery` train epochs (Caffe's `step`);
 * - `plateau`: times `scheduleFactor` whenever `schedulePatience` train epochs in a row have not lowered what is watched (the
 *   papers' "when the validation error stopped improving");
 * - `poly`: rate · (1 − step / steps) ^ `schedulePower` (Caffe's `poly`; 0.5 is GoogLeNet's quick recipe);
 * - `cosine`: from the given rate to almost 0 over the trial, no restarts (Loshchilov & Hutter, ICLR 2017, eq. 5).
 * @param step 0-based, below `steps`.
 * @param stepsPerEpoch at least 1.
 * @param watched what the plateau schedule watches, after each train epoch that is over.
 */
export function learningRateAt(
  schedule: Schedule,
  step: number,
  steps: number,
  stepsPerEpoch: number,
  watched: readonly number[],
): number {
  const { learningRate, scheduleEvery, scheduleFactor, schedulePower } = schedule;
  switch (schedule.schedule) {
    case 'constant':
      return learningRate;
    case 'step':
      return learningRate * scheduleFactor ** Math.floor(step / (scheduleEvery * stepsPerEpoch));
    case 'plateau':
      return learningRate * scheduleFactor ** countPlateaus(watched, schedule.schedulePatience);
    case 'poly':
      return learningRate * (1 - step / steps) ** schedulePower;
    case 'cosine':
      return (learningRate / 2) * (1 + Math.cos((Math.PI * step) / steps));
  }
}

/** How often `patience` values in a row were not below all before them; the count begins anew after each time. */
export function countPlateaus(values: readonly number[], patience: number): number {
  let best = Number.POSITIVE_INFINITY;
  let waited = 0;
  let plateaus = 0;
  for (const value of values) {
    waited = value < best ? 0 : waited + 1;
    best = Math.min(best, value);
    if (waited < patience) continue;
    plateaus += 1;
    waited = 0;
  }
  return plateaus;
}
