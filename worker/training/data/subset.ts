import type { DatasetName } from '../../../core/catalogue/datasets.ts';
import { shuffle } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';

/**
 * Places, in the whole training set, of the images a trial trains on: uniform without replacement, from the seed alone,
 * so that all configurations of a seed are compared on the same images; a smaller subset is the start of a larger one.
 */
export function drawSubset(seed: number, dataset: DatasetName, available: number, count: number): Uint32Array {
  const places = Uint32Array.from({ length: available }, (_, place) => place);
  shuffle(createStream(seed, 'subset', dataset), places, count);
  return places.slice(0, count);
}

/** The order in which a train epoch visits the subset. */
export function drawOrder(seed: number, trainEpoch: number, subset: Uint32Array): Uint32Array {
  const order = subset.slice();
  shuffle(createStream(seed, 'order', trainEpoch), order);
  return order;
}
