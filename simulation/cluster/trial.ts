import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import { createRandom } from '../random.ts';

/** What a trial comes to, whoever runs it and how often: the table is compared with this. */
export type TrialTruth =
  | { readonly testError: number; readonly curve: readonly number[] }
  | { readonly diverges: true };

/** Share of cells that no retry mends. */
const DIVERGING = 0.06;

export function trialTruth({ parameters, seed }: TrialSpec): TrialTruth {
  const random = createRandom(seed, 'trial', parameters.config, Math.round(parameters.learningRate * 1e6));
  if (random.chance(DIVERGING)) return { diverges: true };
  return {
    testError: random.between(5, 60),
    curve: Array.from({ length: parameters.trainEpochs }, () => random.between(5, 90)),
  };
}
