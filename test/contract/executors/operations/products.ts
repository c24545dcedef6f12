import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { tensorOf } from '../agreement.ts';
import { casesOf, operandsOf } from './operation-case.ts';

const { random, smooth } = operandsOf(34);

export const PRODUCTS = casesOf((add) => {
  add(
    'matMul of rank 3 and 4',
    { a: random(2, 3, 4, 5), b: random(2, 3, 6, 5), c: random(2, 5, 4), d: random(2, 3, 5) },
    ({ a, b, c, d }) => [
      tf.matMul(a as Tensor, b as Tensor, false, true),
      tf.matMul(c as Tensor, d as Tensor, true, true),
    ],
  );
  add('dot and outerProduct', { a: random(4), b: random(4), c: random(3, 4) }, ({ a, b, c }) => [
    tf.dot(a as Tensor1D, b as Tensor1D),
    tf.dot(c as Tensor2D, a as Tensor1D),
    tf.outerProduct(a as Tensor1D, b as Tensor1D),
  ]);
  add(
    'einsum',
    { a: random(2, 3, 4), b: random(4, 2, 5), c: random(3, 3) },
    ({ a, b, c }) => [
      tf.einsum('bij,jbk->bik', a as Tensor, b as Tensor),
      tf.einsum('bij->jb', a as Tensor),
      tf.einsum('bij,jbk->k', a as Tensor, b as Tensor),
      tf.einsum('bij,ik->kjb', a as Tensor, c as Tensor),
    ],
    [],
  );

  add('softmax and logSoftmax', { x: smooth(4, 5) }, ({ x }) => [tf.softmax(x as Tensor), tf.logSoftmax(x as Tensor)]);
  add(
    'losses',
    { x: random(6, 4), y: tensorOf([6, 4], (i) => Number(i % 4 === Math.floor(i / 4) % 4)) },
    ({ x, y }) => [
      tf.losses.softmaxCrossEntropy(y as Tensor, x as Tensor),
      tf.losses.softmaxCrossEntropy(y as Tensor, x as Tensor, undefined, 0.1),
      tf.losses.sigmoidCrossEntropy(y as Tensor, x as Tensor),
      tf.losses.meanSquaredError(y as Tensor, x as Tensor),
      tf.losses.absoluteDifference(y as Tensor, x as Tensor),
      tf.losses.hingeLoss(y as Tensor, x as Tensor),
      tf.losses.huberLoss(y as Tensor, x as Tensor, undefined, 0.5),
      tf.losses.logLoss(y as Tensor, tf.sigmoid(x as Tensor)),
      tf.losses.cosineDistance(y as Tensor, x as Tensor, 1),
    ],
    ['x'],
  );

  add(
    'resizeBilinear',
    { x: random(2, 4, 5, 3) },
    ({ x }) => [
      tf.image.resizeBilinear(x as Tensor4D, [7, 6]),
      tf.image.resizeBilinear(x as Tensor4D, [3, 9], true),
      tf.image.resizeBilinear(x as Tensor4D, [5, 5], false, true),
    ],
    [],
  );
  add('resizeBilinear has a gradient', { x: random(2, 4, 5, 3) }, ({ x }) => [
    tf.image.resizeBilinear(x as Tensor4D, [7, 6]),
    tf.image.resizeBilinear(x as Tensor4D, [3, 9], true),
  ]);
  add('resizeNearestNeighbor', { x: random(2, 4, 5, 3) }, ({ x }) => [
    tf.image.resizeNearestNeighbor(x as Tensor4D, [8, 10]),
    tf.image.resizeNearestNeighbor(x as Tensor4D, [3, 7], true),
  ]);
  add('flipLeftRight', { x: random(2, 4, 5, 3) }, ({ x }) => tf.image.flipLeftRight(x as Tensor4D), []);

  add(
    'fused convolution and product',
    {
      x: random(2, 5, 4, 3),
      w: random(3, 3, 3, 4),
      b: random(4),
      m: random(4, 6),
      c: random(6),
      d: random(3, 3, 3, 2),
      e: random(6),
    },
    ({ x, w, b, m, c, d, e }) => [
      tf.fused.conv2d({
        x: x as Tensor4D,
        filter: w as Tensor4D,
        strides: 1,
        pad: 'same',
        bias: b as Tensor,
        activation: 'relu',
      }),
      tf.fused.matMul({ a: tf.reshape(x as Tensor, [30, 4]), b: m as Tensor, bias: c as Tensor, activation: 'elu' }),
      tf.fused.depthwiseConv2d({
        x: x as Tensor4D,
        filter: d as Tensor4D,
        strides: 1,
        pad: 'valid',
        bias: e as Tensor,
        activation: 'relu6',
      }),
    ],
  );
});
