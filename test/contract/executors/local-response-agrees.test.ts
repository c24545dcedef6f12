import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import { createUniform, expectAgreement, functionStep, randomTensor } from './agreement.ts';

/** [channels, radius, bias, alpha, beta]; the first two are AlexNet's, as its paper and as Caffe read alpha. */
const responses: readonly (readonly [number, number, number, number, number])[] = [
  [16, 2, 2, 1e-4, 0.75],
  [8, 2, 1, 1e-4 / 5, 0.75],
  [7, 2, 1, 0.3, 0.5],
  [1, 5, 1, 0.5, 1],
  [3, 5, 0.5, 0.2, 0.6],
];

test.each(responses)('%d channels, radius %d, bias %d, alpha %d, beta %d', (channels, radius, bias, alpha, beta) => {
  const uniform = createUniform(channels);
  const x = randomTensor([2, 3, 5, channels], uniform);
  const run = functionStep('lrn', { x, weight: randomTensor(x.shape, uniform) }, (given) => {
    const normalise = (maps: Tensor): Tensor =>
      tf.localResponseNormalization(maps as Tensor4D, radius, bias, alpha, beta);
    const weighted = (maps: Tensor): Tensor => tf.mul(normalise(maps), given.weight as Tensor);
    return { y: normalise(given.x as Tensor), dx: tf.grad(weighted)(given.x as Tensor) };
  });
  return expectAgreement(run);
});
