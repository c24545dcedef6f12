import type { TrialParameters } from '../../core/study/trial-parameters.ts';

/**
 * Learning rate of a step. `cosine` falls from the given rate to almost 0 over the trial, without restarts
 * (Loshchilov & Hutter, ICLR 2017, eq. 5).
 * @param step 0-based, below `steps`.
 */
export function learningRateAt(
  { schedule, learningRate }: Pick<TrialParameters, 'schedule' | 'learningRate'>,
  step: number,
  steps: number,
): number {
  switch (schedule) {
    case 'constant':
      return learningRate;
    case 'cosine':
      return (learningRate / 2) * (1 + Math.cos((Math.PI * step) / steps));
  }
}
