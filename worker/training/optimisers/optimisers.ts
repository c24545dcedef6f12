import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import { adam, adamCorrections } from './adam.ts';
import type { Optimiser } from './optimiser.ts';
import { learningRateAt } from './schedule.ts';
import { sgd } from './sgd.ts';

export const OPTIMISERS: Readonly<Record<TrialParameters['optimiser'], Optimiser>> = { sgd, adam };

/**
 * Values of a training step's scalars; an optimiser reads those it knows.
 * @param step 0-based over the trial.
 * @param watched what the plateau schedule watches, after each train epoch that is over.
 */
export function scalarsAt(
  parameters: TrialParameters,
  step: number,
  stepsPerEpoch: number,
  watched: readonly number[] = [],
): Record<string, number> & { readonly learningRate: number } {
  const { momentum, weightDecay, trainEpochs } = parameters;
  const learningRate = learningRateAt(parameters, step, trainEpochs * stepsPerEpoch, stepsPerEpoch, watched);
  return { learningRate, momentum, weightDecay, ...adamCorrections(step) };
}
