import type { TrialParameters } from '../../../core/study/trial-parameters.ts';

type Schedule = Pick<
  TrialParameters,
  'schedule' | 'learningRate' | 'scheduleEvery' | 'scheduleFactor' | 'schedulePower'
>;

/**
 * Learning rate of a step; never below 0.
 *
 * - `step`: times `scheduleFactor` after every `scheduleEvery` train epochs (Caffe's `step`);
 * - `poly`: rate · (1 − step / steps) ^ `schedulePower` (Caffe's `poly`; 0.5 is GoogLeNet's quick recipe);
 * - `cosine`: from the given rate to almost 0 over the trial, no restarts (Loshchilov & Hutter, ICLR 2017, eq. 5).
 * @param step 0-based, below `steps`.
 * @param stepsPerEpoch at least 1.
 */
export function learningRateAt(schedule: Schedule, step: number, steps: number, stepsPerEpoch: number): number {
  const { learningRate, scheduleEvery, scheduleFactor, schedulePower } = schedule;
  switch (schedule.schedule) {
    case 'constant':
      return learningRate;
    case 'step':
      return learningRate * scheduleFactor ** Math.floor(step / (scheduleEvery * stepsPerEpoch));
    case 'poly':
      return learningRate * (1 - step / steps) ** schedulePower;
    case 'cosine':
      return (learningRate / 2) * (1 + Math.cos((Math.PI * step) / steps));
  }
}
