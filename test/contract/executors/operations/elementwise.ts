import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../../../engine/mod.ts';
import { integers, tensorOf } from '../agreement.ts';
import { casesOf, operandsOf } from './operation-case.ts';

const { random, positive, inner, coarse, smooth } = operandsOf(31);

export const ELEMENTWISE = casesOf((add) => {
  const elementwise: readonly (readonly [string, HostTensor, (x: Tensor) => Tensor])[] = [
    ['abs', coarse(7, 5), tf.abs],
    ['acos', inner(17), tf.acos],
    ['acosh', tensorOf([17], (i) => 1.1 + i / 5), tf.acosh],
    ['asin', inner(17), tf.asin],
    ['asinh', random(17), tf.asinh],
    ['atan', random(17), tf.atan],
    ['atanh', inner(17), tf.atanh],
    ['clipByValue', coarse(7, 5), (x) => tf.clipByValue(x, -1, 0.75)],
    ['cos', smooth(17), tf.cos],
    ['cosh', random(17), tf.cosh],
    ['elu', smooth(17), tf.elu],
    ['erf', random(17), tf.erf],
    ['expm1', smooth(33), (x) => tf.expm1(tf.mul(x, 0.1))],
    ['leakyRelu', smooth(17), (x) => tf.leakyRelu(x, 0.1)],
    ['leakyRelu with a slope above 1', smooth(17), (x) => tf.leakyRelu(x, 1.5)],
    ['log1p', positive(33), (x) => tf.log1p(tf.sub(x, 0.5))],
    ['relu6', smooth(33), tf.relu6],
    ['round', smooth(17), tf.round],
    ['rsqrt', positive(17), tf.rsqrt],
    ['selu', smooth(17), tf.selu],
    ['sigmoid', smooth(17), tf.sigmoid],
    ['sin', smooth(17), tf.sin],
    ['sinh', random(17), tf.sinh],
    ['softplus', smooth(17), tf.softplus],
    ['square', coarse(17), tf.square],
    ['step with a slope', coarse(17), (x) => tf.step(x, 0.25)],
    ['tan', random(17), tf.tan],
    ['tanh', smooth(17), tf.tanh],
  ];
  for (const [name, x, compute] of elementwise) add(name, { x }, ({ x: operand }) => compute(operand as Tensor));

  add('round goes to the even neighbour', { x: coarse(40) }, ({ x }) => tf.round(x as Tensor), []);
  add(
    'isNaN, isInf and isFinite',
    { x: tensorOf([5], (i) => [0, -1, 2, 0, 5][i] ?? 0) },
    ({ x }) => {
      const odd = tf.div(x as Tensor, tf.sub(x as Tensor, 2));
      const not = tf.mul(odd, 0);
      return [tf.isNaN(not), tf.isInf(odd), tf.isFinite(odd), tf.isNaN(odd)];
    },
    [],
  );
  add(
    'logical operations',
    { x: coarse(4, 6), y: coarse(6) },
    ({ x, y }) => {
      const [p, q] = [tf.greater(x as Tensor, 0), tf.lessEqual(y as Tensor, 0)];
      return [
        ...[tf.logicalAnd(p, q), tf.logicalOr(p, q), tf.logicalXor(p, q), tf.logicalNot(p)],
        ...[tf.mul(p, q), tf.equal(p, q), tf.notEqual(p, q), tf.greater(p, q)],
      ];
    },
    [],
  );
  add('prelu', { x: smooth(3, 4, 5), alpha: random(5) }, ({ x, alpha }) => tf.prelu(x as Tensor, alpha as Tensor));
  const pairs: readonly (readonly [string, (a: Tensor, b: Tensor) => Tensor])[] = [
    ['mod', (a, b) => tf.mod(a, tf.add(b, 0.314))],
    ['pow', (a, b) => tf.pow(tf.add(tf.abs(a), 0.1), b)],
    ['div', (a, b) => tf.div(a, tf.add(b, 0.3))],
    ['atan2', (a, b) => tf.atan2(a, tf.add(b, 0.3))],
  ];
  // tfjs has no gradient of these where an operand is broadcast.
  for (const [name, compute] of [
    ['maximum of ties', tf.maximum],
    ['minimum of ties', tf.minimum],
    ['squaredDifference', tf.squaredDifference],
  ] as const) {
    add(name, { a: coarse(5, 4), b: coarse(5, 4) }, ({ a, b }) => compute(a as Tensor, b as Tensor));
  }
  for (const [name, compute] of pairs) {
    add(name, { a: coarse(3, 4), b: coarse(4) }, ({ a, b }) => compute(a as Tensor, b as Tensor));
  }
  add(
    'floorDiv and div of integers',
    {
      a: integers([8], [7, -7, 8, -8, 0, 5, -5, 9]),
      b: integers([8], [2, 2, -3, -3, 4, 5, 5, -2]),
    },
    ({ a, b }) => [
      tf.floorDiv(a as Tensor, b as Tensor),
      tf.div(a as Tensor, b as Tensor),
      tf.mod(a as Tensor, b as Tensor),
    ],
  );
  add('addN', { a: random(3, 2), b: random(3, 2), c: random(3, 2) }, ({ a, b, c }) => tf.addN([a, b, c] as Tensor[]));
  add('where', { x: coarse(4, 5), y: random(5) }, ({ x, y }) =>
    tf.where(tf.greaterEqual(x as Tensor, 0), x as Tensor, tf.broadcastTo(y as Tensor, [4, 5])),
  );
});
