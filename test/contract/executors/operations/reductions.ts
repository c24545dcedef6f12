import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { integers } from '../agreement.ts';
import { casesOf, operandsOf } from './operation-case.ts';

const { random, positive, coarse } = operandsOf(32);

export const REDUCTIONS = casesOf((add) => {
  const axes: readonly (number | number[] | undefined)[] = [undefined, 0, 3, [0, 2], [1, 3], [0, 1, 2, 3]];
  const reductions: readonly (readonly [string, (x: Tensor, axis?: number | number[], keep?: boolean) => Tensor])[] = [
    ['sum', tf.sum],
    ['mean', tf.mean],
    ['max', tf.max],
    ['min', tf.min],
    ['prod', tf.prod],
    ['logSumExp', tf.logSumExp],
  ];
  for (const [name, reduce] of reductions) {
    add(`${name} over any axes, with ties`, { x: coarse(2, 3, 2, 2) }, ({ x }) => [
      ...axes.map((axis) => reduce(x as Tensor, axis)),
      reduce(x as Tensor, 1, true),
    ]);
  }
  add(
    'all and any',
    { x: coarse(3, 4, 2) },
    ({ x }) => {
      const positives = tf.greater(x as Tensor, -1.5);
      return [
        tf.all(positives),
        tf.all(positives, 1),
        tf.any(tf.less(x as Tensor, -1.4), [0, 2]),
        tf.any(positives, 2, true),
      ];
    },
    [],
  );
  add('reductions of integers', { x: integers([2, 3], [1, -2, 3, 4, -5, 6]) }, ({ x }) => [
    tf.sum(x as Tensor, 1),
    tf.max(x as Tensor, 0),
    tf.min(x as Tensor),
    tf.prod(x as Tensor, 1),
    tf.mean(x as Tensor, 1),
  ]);
  add(
    'argMax and argMin of ties',
    { x: coarse(4, 6, 3) },
    ({ x }) => [0, 1, -1].flatMap((axis) => [tf.argMax(x as Tensor, axis), tf.argMin(x as Tensor, axis)]),
    [],
  );
  add('moments', { x: random(3, 4, 4, 2) }, ({ x }) => {
    const { mean, variance } = tf.moments(x as Tensor, [0, 1, 2]);
    return [mean, variance];
  });
  add(
    'cumsum',
    { x: random(3, 5, 2) },
    ({ x }) => [
      tf.cumsum(x as Tensor, 1),
      tf.cumsum(x as Tensor, 0, true),
      tf.cumsum(x as Tensor, 2, false, true),
      tf.cumsum(x as Tensor, 1, true, true),
    ],
    [],
  );
  // tfjs's gradient along any other axis has the shape of the transpose.
  add('cumsum along the last axis', { x: random(3, 5) }, ({ x }) => [
    tf.cumsum(x as Tensor, 1),
    tf.cumsum(x as Tensor, 1, true, true),
  ]);
  add(
    'cumprod',
    { x: random(3, 5) },
    ({ x }) => [tf.cumprod(x as Tensor, 1), tf.cumprod(x as Tensor, 0, true, true)],
    [],
  );

  add(
    'topk of ties',
    { x: coarse(4, 9) },
    ({ x }) => {
      const { values, indices } = tf.topk(x as Tensor, 5);
      return [values, indices];
    },
    [],
  );
  add('norms', { x: random(4, 5) }, ({ x }) => [
    tf.norm(x as Tensor),
    tf.norm(x as Tensor, 1, 1),
    tf.norm(x as Tensor, Infinity),
  ]);

  add(
    'batchNorm',
    { x: random(2, 3, 4, 5), mean: random(5), variance: positive(5), offset: random(5), scale: random(5) },
    ({ x, mean, variance, offset, scale }) =>
      tf.batchNorm(x as Tensor4D, mean as Tensor1D, variance as Tensor1D, offset as Tensor1D, scale as Tensor1D, 1e-3),
  );
  // tfjs's gradient needs a scale.
  add(
    'batchNorm of the batch without scale',
    { x: random(6, 5) },
    ({ x }) => {
      const { mean, variance } = tf.moments(x as Tensor, 0);
      return tf.batchNorm(x as Tensor2D, mean as Tensor1D, variance as Tensor1D);
    },
    [],
  );
});
