import type { Step } from '../step.ts';
import type { SmallNetwork } from './small-network.ts';
import { smallNetworkRun, smallNetworkStep } from './small-network.ts';

/**
 * What every executor must compute as it is stored in golden.ts: padded convolution, ReLU, local response
 * normalisation, overlapping max-pool with ties, dense layer, softmax cross-entropy, all gradients, momentum.
 */
export const GOLDEN_NETWORK: SmallNetwork = {
  name: 'probe',
  batch: 4,
  side: 9,
  channels: 2,
  classes: 5,
  filters: [4],
  pool: 3,
  normalised: true,
};

const SEED = 20;

export const goldenStep = (): Step => smallNetworkStep(GOLDEN_NETWORK, true);

export const goldenRun = (): ReturnType<typeof smallNetworkRun> => smallNetworkRun(GOLDEN_NETWORK, SEED);
