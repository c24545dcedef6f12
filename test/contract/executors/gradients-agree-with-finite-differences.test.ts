import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { HostTensor } from '../../../engine/mod.ts';
import { traceStep } from '../../../engine/mod.ts';
import { interpret } from '../../core/engine/float64.ts';
import { openForTest } from '../../support/executors.ts';
import {
  compiledExecutors,
  createUniform,
  functionStep,
  randomTensor,
  relativeDifference,
  runOn,
  tensorOf,
} from './agreement.ts';

const uniform = createUniform(21);
const random = (...shape: number[]): HostTensor => randomTensor(shape, uniform);
/** Small enough for the cut-off of the difference quotient, large enough for its rounding in double precision. */
const DELTA = 1e-5;

type Layer = (operands: Readonly<Record<string, Tensor>>) => Tensor;

/** d(sum of f)/d(operand) by central differences of the forward pass alone, in double precision. */
function finiteDifferences(operands: Readonly<Record<string, HostTensor>>, layer: Layer, name: string): HostTensor {
  const { step } = functionStep('forward', operands, (batch) => ({ sum: tf.sum(layer(batch)) }));
  const graph = traceStep(step);
  const values = Object.fromEntries(Object.entries(operands).map(([key, { data }]) => [key, Float64Array.from(data)]));
  const forward = (): number => {
    const all = interpret(graph, (_, key) => ({
      shape: operands[key]?.shape ?? [],
      data: values[key] as Float64Array,
    }));
    return all[graph.outputs.metrics.sum as number]?.data[0] as number;
  };
  const varied = values[name] as Float64Array;
  return tensorOf(operands[name]?.shape ?? [], (index) => {
    const original = varied[index] as number;
    varied[index] = original + DELTA;
    const above = forward();
    varied[index] = original - DELTA;
    const below = forward();
    varied[index] = original;
    return (above - below) / (2 * DELTA);
  });
}

const labels = tensorOf([4, 3], (index) => Number(index % 3 === Math.floor(index / 3) % 3));
const layers: readonly (readonly [string, Readonly<Record<string, HostTensor>>, readonly string[], Layer])[] = [
  [
    'convolution with bias and ReLU',
    { x: random(2, 4, 3, 2), w: random(3, 3, 2, 3), b: random(3), weight: random(2, 4, 3, 3) },
    ['x', 'w', 'b'],
    ({ x, w, b, weight }) =>
      tf.mul(tf.relu(tf.add(tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same'), b as Tensor)), weight as Tensor),
  ],
  [
    'strided convolution without padding',
    { x: random(1, 6, 5, 2), w: random(3, 3, 2, 2), weight: random(1, 2, 2, 2) },
    ['x', 'w'],
    ({ x, w, weight }) => tf.mul(tf.conv2d(x as Tensor4D, w as Tensor4D, 2, 'valid'), weight as Tensor),
  ],
  [
    'local response normalization',
    { x: random(1, 2, 3, 6), weight: random(1, 2, 3, 6) },
    ['x'],
    ({ x, weight }) => tf.mul(tf.localResponseNormalization(x as Tensor4D, 2, 1, 0.4, 0.75), weight as Tensor),
  ],
  [
    'max pool of an odd map',
    { x: random(2, 7, 5, 2), weight: random(2, 3, 2, 2) },
    ['x'],
    ({ x, weight }) => tf.mul(tf.maxPool(x as Tensor4D, 2, 2, 'valid'), weight as Tensor),
  ],
  [
    'overlapping max pool with padding',
    { x: random(1, 6, 7, 2), weight: random(1, 3, 4, 2) },
    ['x'],
    ({ x, weight }) => tf.mul(tf.maxPool(x as Tensor4D, 3, 2, 'same'), weight as Tensor),
  ],
  [
    'average pool and global average',
    { x: random(2, 4, 6, 3), weight: random(2, 3) },
    ['x'],
    ({ x, weight }) => tf.mul(tf.mean(tf.avgPool(x as Tensor4D, 2, 2, 'valid'), [1, 2]), weight as Tensor),
  ],
  [
    'average pool with padding, rounded up',
    { x: random(1, 5, 6, 2), weight: random(1, 3, 4, 2) },
    ['x'],
    ({ x, weight }) => tf.mul(tf.avgPool(x as Tensor4D, 3, 2, 1, 'ceil'), weight as Tensor),
  ],
  [
    'max pool rounded up',
    { x: random(1, 6, 5, 2), weight: random(1, 3, 3, 2) },
    ['x'],
    ({ x, weight }) => tf.mul(tf.maxPool(x as Tensor4D, 2, 2, 0, 'ceil'), weight as Tensor),
  ],
  [
    'dilated convolution',
    { x: random(1, 7, 6, 2), w: random(3, 2, 2, 3), weight: random(1, 7, 6, 3) },
    ['x', 'w'],
    ({ x, w, weight }) => tf.mul(tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same', 'NHWC', [2, 3]), weight as Tensor),
  ],
  [
    'depthwise convolution with two maps a channel',
    { x: random(2, 5, 4, 3), w: random(3, 3, 3, 2), weight: random(2, 3, 2, 6) },
    ['x', 'w'],
    ({ x, w, weight }) => tf.mul(tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, 2, 'same'), weight as Tensor),
  ],
  [
    'transposed convolution',
    { x: random(1, 3, 4, 2), w: random(3, 3, 3, 2), weight: random(1, 6, 8, 3) },
    ['x', 'w'],
    ({ x, w, weight }) =>
      tf.mul(tf.conv2dTranspose(x as Tensor4D, w as Tensor4D, [1, 6, 8, 3], 2, 'same'), weight as Tensor),
  ],
  [
    'bilinear resizing of a map that is not square',
    { x: random(2, 3, 5, 2), weight: random(2, 5, 4, 2) },
    ['x'],
    ({ x, weight }) => tf.mul(tf.image.resizeBilinear(x as Tensor4D, [5, 4]), weight as Tensor),
  ],
  [
    'nearest-neighbour resizing of several images',
    { x: random(2, 3, 5, 2), weight: random(2, 5, 8, 2) },
    ['x'],
    ({ x, weight }) => tf.mul(tf.image.resizeNearestNeighbor(x as Tensor4D, [5, 8]), weight as Tensor),
  ],
  [
    'mirrored padding',
    { x: random(3, 4, 2), weight: random(6, 6, 2) },
    ['x'],
    ({ x, weight }) =>
      tf.mul(
        tf.mirrorPad(
          x as Tensor,
          [
            [2, 1],
            [0, 2],
            [0, 0],
          ],
          'reflect',
        ),
        weight as Tensor,
      ),
  ],
  [
    'dense layer with dropout',
    { x: random(4, 5), w: random(5, 6), b: random(6), noise: tensorOf([4, 6], uniform), weight: random(4, 6) },
    ['x', 'w', 'b'],
    ({ x, w, b, noise, weight }) => {
      const hidden = tf.relu(tf.add(tf.matMul(x as Tensor, w as Tensor), b as Tensor));
      return tf.mul(
        tf.div(tf.mul(hidden, tf.cast(tf.greaterEqual(noise as Tensor, 0.5), 'float32')), 0.5),
        weight as Tensor,
      );
    },
  ],
  [
    'softmax cross-entropy',
    { logits: random(4, 3), labels },
    ['logits'],
    ({ logits, labels: target }) => tf.losses.softmaxCrossEntropy(target as Tensor2D, logits as Tensor2D),
  ],
];

test.each(layers)('%s', async (name, operands, varied, layer) => {
  const run = functionStep(name, operands, (batch) => {
    const gradients = tf.grads((...values: Tensor[]) =>
      layer({ ...batch, ...Object.fromEntries(varied.map((key, index) => [key, values[index] as Tensor])) }),
    )(varied.map((key) => batch[key] as Tensor));
    return Object.fromEntries(varied.map((key, index) => [key, gradients[index] as Tensor]));
  });
  const expected = varied.map((key) => [key, finiteDifferences(operands, layer, key)] as const);
  for (const executor of ['cpu', ...(await compiledExecutors())] as const) {
    const gradients = await runOn(await openForTest(executor), run);
    for (const [key, difference] of expected) {
      expect(relativeDifference(gradients[key], difference), `d ${key} on ${executor}`).toBeLessThan(5e-6);
    }
  }
});
