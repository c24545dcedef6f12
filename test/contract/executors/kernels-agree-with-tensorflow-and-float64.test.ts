import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { HostTensor } from '../../../engine/mod.ts';
import {
  createUniform,
  expectAgreement,
  functionStep,
  integers,
  randomTensor,
  runInFloat64,
  tensorOf,
} from './agreement.ts';

type Operands = Readonly<Record<string, HostTensor>>;
type Compute = (operands: Readonly<Record<string, Tensor>>) => Tensor | Tensor[];

const uniform = createUniform(7);
const random = (...shape: number[]): HostTensor => randomTensor(shape, uniform);
const positive = (...shape: number[]): HostTensor => tensorOf(shape, () => uniform() + 0.1);

async function check(name: string, operands: Operands, compute: Compute, tolerance?: number): Promise<void> {
  await expectAgreement(
    functionStep(name, operands, (batch) => {
      const results = compute(batch);
      return Object.fromEntries(
        (Array.isArray(results) ? results : [results]).map((result, index) => [`result ${index}`, result]),
      );
    }),
    tolerance,
  );
}

const vector = { x: random(37) };
const nonNegative = { x: positive(3, 13) };
const unary: readonly (readonly [string, Operands, (x: Tensor) => Tensor])[] = [
  ['abs', vector, tf.abs],
  ['ceil', vector, tf.ceil],
  ['exp', vector, tf.exp],
  ['floor', vector, tf.floor],
  ['log', nonNegative, tf.log],
  ['neg', vector, tf.neg],
  ['reciprocal', nonNegative, tf.reciprocal],
  ['relu', vector, tf.relu],
  ['rsqrt', nonNegative, tf.rsqrt],
  ['sigmoid', vector, tf.sigmoid],
  ['sign', vector, tf.sign],
  ['sqrt', nonNegative, tf.sqrt],
  ['square', vector, tf.square],
  ['step', vector, (x) => tf.step(x)],
  ['tanh', vector, tf.tanh],
  ['logicalNot', vector, (x) => tf.logicalNot(tf.greater(x, 0))],
  ['cast to int32', vector, (x) => tf.cast(tf.mul(x, 9), 'int32')],
  ['cast to bool', { x: integers([4], [0, 1, 2, 0]) }, (x) => tf.cast(x, 'bool')],
  ['zerosLike and onesLike', vector, (x) => tf.sub(tf.onesLike(x), tf.zerosLike(x))],
];
test.each(unary)('%s', (name, operands, compute) => check(name, operands, ({ x }) => compute(x as Tensor)));

const binary: readonly (readonly [string, (a: Tensor, b: Tensor) => Tensor])[] = [
  ['add', tf.add],
  ['sub', tf.sub],
  ['mul', tf.mul],
  ['div', (a, b) => tf.div(a, tf.add(tf.abs(b), 0.5))],
  ['pow', (a, b) => tf.pow(tf.add(tf.abs(a), 0.1), b)],
  ['maximum', tf.maximum],
  ['minimum', tf.minimum],
  ['squaredDifference', tf.squaredDifference],
  ['equal', (a, b) => tf.equal(tf.sign(a), tf.sign(b))],
  ['notEqual', (a, b) => tf.notEqual(tf.sign(a), tf.sign(b))],
  ['greater', tf.greater],
  ['greaterEqual', tf.greaterEqual],
  ['less', tf.less],
  ['lessEqual', tf.lessEqual],
  ['logicalAnd', (a, b) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0))],
  ['logicalOr', (a, b) => tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0))],
];
test.each(binary)('%s broadcasts as NumPy does', async (name, compute) => {
  const a = random(2, 3, 4, 5);
  const others = [random(2, 3, 4, 5), random(5), random(), random(1, 3, 1, 5), random(4, 1), random(2, 1, 1, 1)];
  const operands = Object.fromEntries(others.map((other, index) => [`b${index}`, other]));
  await check(name, { a, ...operands }, (all) =>
    others.map((_, index) => compute(all.a as Tensor, all[`b${index}`] as Tensor)),
  );
});

/** Behind a convolution values lie channels first; every operation must still mean what it means in NHWC. */
const onImages: readonly (readonly [
  string,
  Operands,
  (maps: Tensor4D, more: Readonly<Record<string, Tensor>>) => Tensor | Tensor[],
])[] = [
  ['an image is added', { z: random(2, 5, 4, 3) }, (maps, { z }) => tf.add(maps, z as Tensor)],
  ['a channel vector is added', { z: random(3) }, (maps, { z }) => tf.sub(z as Tensor, maps)],
  ['a row of pixels is multiplied', { z: random(4, 1) }, (maps, { z }) => tf.mul(maps, z as Tensor)],
  ['one image for the batch is added', { z: random(5, 4, 3) }, (maps, { z }) => tf.add(maps, z as Tensor)],
  ['channels are averaged', {}, (maps) => [tf.mean(maps, [1, 2]), tf.mean(maps, 3), tf.mean(maps, 3, true)]],
  ['sums over every axis', {}, (maps) => [0, 1, 2, 3].map((axis) => tf.sum(maps, axis))],
  ['sums over pairs of axes', {}, (maps) => [tf.sum(maps, [0, 3]), tf.sum(maps, [1, 3], true), tf.sum(maps)]],
  [
    'max and min',
    {},
    (maps) => [tf.max(maps, [1, 2]), tf.min(maps, 3), tf.max(maps), tf.prod(tf.slice(maps, 0, 1), 1)],
  ],
  ['argMax and argMin', {}, (maps) => [tf.argMax(maps, 3), tf.argMax(maps, 1), tf.argMin(maps, 0)]],
  ['slice', {}, (maps) => tf.slice(maps, [0, 1, 0, 1], [2, 3, 2, 2])],
  [
    'concat',
    { z: random(2, 5, 4, 2) },
    (maps, { z }) => [tf.concat([maps, z as Tensor4D], 3), tf.concat([maps, maps], 0)],
  ],
  [
    'split, stack and unstack',
    {},
    (maps) => [...tf.split(maps, [1, 2], 3), tf.stack([maps, maps], 1), ...tf.unstack(maps, 0)],
  ],
  [
    'pad',
    {},
    (maps) =>
      tf.pad(
        maps,
        [
          [0, 0],
          [1, 2],
          [0, 3],
          [1, 0],
        ],
        0.5,
      ),
  ],
  ['tile', {}, (maps) => tf.tile(maps, [1, 2, 1, 3])],
  [
    'transpose',
    {},
    (maps) => [tf.transpose(maps, [0, 3, 1, 2]), tf.transpose(maps), tf.mean(tf.transpose(maps, [3, 0, 2, 1]), 1)],
  ],
  ['flatten', {}, (maps) => tf.reshape(maps, [2, -1])],
  ['reshape of images', {}, (maps) => tf.add(tf.reshape(maps, [4, 5, 2, 3]), 1)],
  ['expandDims and squeeze', {}, (maps) => tf.squeeze(tf.expandDims(tf.mean(maps, 0), 1))],
  ['broadcastTo', {}, (maps) => tf.broadcastTo(tf.mean(maps, [0, 1], true), [2, 5, 4, 3])],
  ['softmax over channels', {}, (maps) => [tf.softmax(maps), tf.logSoftmax(maps)]],
  ['where', {}, (maps) => tf.where(tf.greater(maps, 0), maps, tf.mul(maps, 0.1))],
];
test.each(onImages)('behind a convolution: %s', (name, more, compute) =>
  check(name, { x: random(2, 5, 4, 2), w: random(3, 3, 2, 3), ...more }, ({ x, w, ...rest }) =>
    compute(tf.conv2d(x as Tensor4D, w as Tensor4D, 1, 'same'), rest),
  ),
);

test('matMul takes every transposition, and batches', async () => {
  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    const a = transposeA ? [7, 5] : [5, 7];
    const b = transposeB ? [3, 7] : [7, 3];
    const operands = { a: random(...a), b: random(...b), p: random(2, ...a), q: random(1, ...b) };
    await check(`matMul ${transposeA} ${transposeB}`, operands, (all) => [
      tf.matMul(all.a as Tensor, all.b as Tensor, transposeA, transposeB),
      tf.matMul(all.p as Tensor, all.q as Tensor, transposeA, transposeB),
    ]);
  }
});

test('a dense layer adds its bias to every row', () =>
  check('dense', { x: random(6, 11), w: random(11, 4), b: random(4) }, ({ x, w, b }) =>
    tf.relu(tf.add(tf.matMul(x as Tensor, w as Tensor), b as Tensor)),
  ));

test('argMax takes the first of equal maxima', async () => {
  const operands = { x: tensorOf([2, 4], (index) => [1, 3, 3, 0, 2, 2, 2, 2][index] ?? 0) };
  const run = functionStep('argMax', operands, ({ x }) => ({ best: tf.argMax(x as Tensor, 1) }));
  expect([...(runInFloat64(run).best?.data ?? [])]).toEqual([1, 0]);
  await expectAgreement(run, 0);
});

test('errors are counted from int32 labels', () =>
  check(
    'errors',
    {
      logits: random(16, 5),
      labels: integers(
        [16],
        Array.from({ length: 16 }, (_, i) => i % 5),
      ),
    },
    ({ logits, labels }) => tf.sum(tf.cast(tf.notEqual(tf.argMax(logits as Tensor, 1), labels as Tensor), 'float32')),
  ));

const labelKinds: readonly (readonly [string, HostTensor, (labels: Tensor) => Tensor])[] = [
  ['int32 labels', integers([6], [0, 3, 2, 1, 4, 4]), (labels) => tf.oneHot(labels as Tensor1D, 5)],
  [
    'float one-hot labels',
    tensorOf([6, 5], (index) => Number(index % 5 === Math.floor(index / 5) % 5)),
    (labels) => labels,
  ],
];
test.each(labelKinds)('softmax cross-entropy and its gradient with %s', (name, labels, oneHot) =>
  check(name, { logits: random(6, 5), labels }, (batch) => {
    const loss = (logits: Tensor): Tensor => tf.losses.softmaxCrossEntropy(oneHot(batch.labels as Tensor), logits);
    const composed = (logits: Tensor): Tensor =>
      tf.neg(tf.mean(tf.sum(tf.mul(tf.cast(oneHot(batch.labels as Tensor), 'float32'), tf.logSoftmax(logits)), 1)));
    const logits = batch.logits as Tensor;
    return [loss(logits), composed(logits), tf.grad(loss)(logits), tf.grad(composed)(logits)];
  }),
);

test('oneHot with other values than 1 and 0', () =>
  check('oneHot', { labels: integers([2, 3], [0, 1, 2, 2, 1, 0]) }, ({ labels }) =>
    tf.oneHot(labels as Tensor2D, 4, 0.9, 0.1, 'float32'),
  ));

test('softmax is averaged over the crops of an image', () =>
  check('crops', { logits: random(12, 5) }, ({ logits }) =>
    tf.mean(tf.reshape(tf.softmax(logits as Tensor2D), [4, 3, 5]), 1),
  ));

test('dropout by given noise', () =>
  check('dropout', { x: random(8, 9), noise: tensorOf([8, 9], uniform) }, ({ x, noise }) =>
    tf.div(tf.mul(x as Tensor, tf.cast(tf.greaterEqual(noise as Tensor, 0.4), 'float32')), 0.6),
  ));

test('an input, a constant and one value under two names can be results', () =>
  check('results', { x: random(3, 2) }, ({ x }) => {
    const doubled = tf.mul(x as Tensor, 2);
    return [x as Tensor, doubled, doubled, tf.tensor([1, 2, 3]), tf.ones([2, 2]), tf.scalar(4, 'int32')];
  }));
