import type { TrialParameters } from '../study/trial-parameters.ts';
import { countParameters } from './counts.ts';
import type { NetworkDescription } from './description.ts';
import { withoutFrozenDropout } from './frozen.ts';
import { trainableWeights } from './layer-selection.ts';
import { type ActivationShape, inferShapes } from './shapes.ts';

/** What a trial holds at once, in bytes. Executors add workspace, copies and what their allocators keep. */
export interface MemoryEstimate {
  readonly weights: number;
  /** Of the weights that learn. */
  readonly gradients: number;
  /** Velocities and moments, likewise. */
  readonly optimiser: number;
  /**
   * A batch of images and every layer's output for it, kept for the backward pass, dropout masks, and the gradients of what
   * the largest layer reads and gives. Where nothing is trained: what the largest layer reads and gives, at the area of the
   * largest test scale where whole images are tested.
   */
  readonly activations: number;
  readonly total: number;
}

const BYTES = 4;
/** Numbers that an optimiser keeps for each weight. */
const SLOTS: Readonly<Record<TrialParameters['optimiser'], number>> = { sgd: 1, adam: 2 };

const size = (shape: ActivationShape): number => shape.reduce((product, length) => product * length, 1);

type MemoryParameters = Pick<
  TrialParameters,
  'batchSize' | 'optimiser' | 'freeze' | 'trainEpochs' | 'testDense' | 'testScale'
>;

/** @param description as it is drawn, frozen layers included. */
export function estimateMemory(description: NetworkDescription, parameters: MemoryParameters): MemoryEstimate {
  const { batchSize, optimiser, freeze, trainEpochs } = parameters;
  if (trainEpochs === 0) return ofEvaluation(description, parameters);
  const learning = trainableWeights(description, freeze).reduce((total, { shape }) => total + size(shape), 0);
  const layers = inferShapes(withoutFrozenDropout(description, freeze));
  const { side, channels } = description;
  const kept = layers.reduce((total, { layer, output }) => total + size(output) * COPIES[layer.kind], 0);
  const largest = Math.max(...layers.map(({ input, output }) => size(input) + size(output)));
  const weights = BYTES * countParameters(description);
  const gradients = BYTES * learning;
  const slots = BYTES * learning * SLOTS[optimiser];
  const activations = BYTES * batchSize * (side * side * channels + kept + largest);
  return { weights, gradients, optimiser: slots, activations, total: weights + gradients + slots + activations };
}

/** No gradient, no velocity, and of the activations no more than one layer needs. */
function ofEvaluation(
  description: NetworkDescription,
  { batchSize, testDense, testScale }: MemoryParameters,
): MemoryEstimate {
  const { side, channels } = description;
  const largest = Math.max(...inferShapes(description).map(({ input, output }) => size(input) + size(output)));
  const area = testDense === false ? 1 : Math.max(1, (Math.max(...[testScale].flat()) / side) ** 2);
  const weights = BYTES * countParameters(description);
  const activations = Math.ceil(BYTES * batchSize * area * (side * side * channels + largest));
  return { weights, gradients: 0, optimiser: 0, activations, total: weights + activations };
}

/** Tensors of a layer's output shape that are kept: a flatten only looks at its input in another way, a dropout has a mask. */
const COPIES = {
  conv: 1,
  dense: 1,
  lrn: 1,
  'max-pool': 1,
  'average-pool': 1,
  'global-average-pool': 1,
  concat: 1,
  flatten: 0,
  dropout: 2,
} as const satisfies Record<NetworkDescription['layers'][number]['kind'], number>;
