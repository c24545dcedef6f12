import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { casesOf, operandsOf } from './operation-case.ts';

const { random, coarse } = operandsOf(35);

export const WINDOWS = casesOf((add) => {
  add('conv2d', { x: random(2, 6, 5, 3), w: random(3, 2, 3, 4) }, ({ x, w }) => [
    tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same'),
    tf.conv2d(x as Tensor4D, w as Tensor4D, [2, 1], 'valid'),
    tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same', 'NHWC', [2, 1]),
  ]);
  add('depthwiseConv2d', { x: random(2, 6, 5, 3), w: random(3, 3, 3, 2) }, ({ x, w }) => [
    tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, 2, 'same'),
    tf.depthwiseConv2d(x as Tensor4D, w as Tensor4D, 1, 1),
  ]);
  add('separableConv2d', { x: random(2, 5, 5, 3), d: random(3, 3, 3, 2), p: random(1, 1, 6, 4) }, ({ x, d, p }) =>
    tf.separableConv2d(x as Tensor4D, d as Tensor4D, p as Tensor4D, 1, 'same'),
  );
  add('conv1d', { x: random(2, 9, 3), w: random(3, 3, 4) }, ({ x, w }) =>
    tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 2, 'same'),
  );
  add('conv2dTranspose', { x: random(2, 3, 4, 3), w: random(3, 3, 2, 3) }, ({ x, w }) =>
    tf.conv2dTranspose(x as Tensor4D, w as Tensor4D, [2, 6, 8, 2], 2, 'same'),
  );
  add('pools of ties', { x: coarse(2, 7, 6, 2) }, ({ x }) => [
    tf.maxPool(x as Tensor4D, 3, 2, 'same'),
    tf.maxPool(x as Tensor4D, 3, 2, 1, 'ceil'),
    tf.avgPool(x as Tensor4D, [2, 3], [2, 1], 'same'),
    tf.avgPool(x as Tensor4D, 3, 2, 0, 'ceil'),
  ]);
  add('pools by name, dilated', { x: coarse(2, 8, 8, 2) }, ({ x }) => [
    tf.pool(x as Tensor4D, 2, 'max', 'same', 2),
    tf.pool(x as Tensor4D, 2, 'avg', 'valid', 1, 1),
  ]);
  add('local response normalization', { x: random(2, 3, 4, 6) }, ({ x }) =>
    tf.localResponseNormalization(x as Tensor4D, 2, 1, 0.3, 0.75),
  );
});
