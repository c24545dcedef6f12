import type { TrialParameters } from '../study/trial-parameters.ts';
import { countParameters } from './counts.ts';
import type { NetworkDescription } from './description.ts';
import { withoutFrozenDropout } from './frozen.ts';
import { trainableWeights } from './layer-selection.ts';
import { type ActivationShape, inferShapes } from './shapes.ts';

/** What training holds at once, in bytes. Executors add workspace, copies and what their allocators keep. */
export interface MemoryEstimate {
  readonly weights: number;
  /** Of the weights that learn. */
  readonly gradients: number;
  /** Velocities and moments, likewise. */
  readonly optimiser: number;
  /**
   * A batch of images and every layer's output for it, kept for the backward pass, dropout masks, and the gradients of what
   * the largest layer reads and gives.
   */
  readonly activations: number;
  readonly total: number;
}

const BYTES = 4;
/** Numbers that an optimiser keeps for each weight. */
const SLOTS: Readonly<Record<TrialParameters['optimiser'], number>> = { sgd: 1, adam: 2 };

const size = (shape: ActivationShape): number => shape.reduce((product, length) => product * length, 1);

/** @param description as it is drawn, frozen layers included. */
export function estimateMemory(
  description: NetworkDescription,
  { batchSize, optimiser, freeze }: Pick<TrialParameters, 'batchSize' | 'optimiser' | 'freeze'>,
): MemoryEstimate {
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
