import type { NetworkDescription } from '../../../core/networks/description.ts';
import type { LayerSelection } from '../../../core/networks/layer-selection.ts';
import { listWeights } from '../../../core/networks/weights.ts';
import { fillNormal } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import type { HostTensor } from '../../../engine/executor.ts';
import type { Optimiser } from '../optimisers/optimiser.ts';
import { sgd } from '../optimisers/sgd.ts';
import { slotShapes } from './training-step.ts';

/**
 * Weights and the optimiser's slots before the first step. Kernels are normal with variance 2 / fan-in (He, Zhang, Ren & Sun,
 * ICCV 2015, eq. 10), biases and slots 0. A kernel depends on the seed and its layer's name and shape only, so a
 * layer that two configurations share starts equal in both.
 */
export function initialState(
  description: NetworkDescription,
  seed: number,
  optimiser: Optimiser = sgd,
  frozen: LayerSelection = 0,
): Record<string, HostTensor> {
  const state: Record<string, HostTensor> = {};
  for (const { name, layer, role, shape, fanIn } of listWeights(description)) {
    const size = shape.reduce((product, length) => product * length, 1);
    const values = new Float32Array(size);
    if (role === 'kernel') fillNormal(createStream(seed, 'weights', layer), values, Math.sqrt(2 / fanIn));
    state[name] = { shape, data: values };
  }
  for (const { name, shape } of slotShapes(description, optimiser, frozen)) {
    state[name] = { shape, data: new Float32Array(shape.reduce((product, length) => product * length, 1)) };
  }
  return state;
}
