/** Every operation of TensorFlow.js that a step may use, with operands that have ties and negative numbers. */
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../../engine/mod.ts';
import { createUniform, integers, randomTensor, tensorOf } from './agreement.ts';

export interface OperationCase {
  readonly name: string;
  readonly operands: Readonly<Record<string, HostTensor>>;
  compute(operands: Readonly<Record<string, Tensor>>): Tensor | Tensor[];
  /** Operands by which the sum of the squared results is differentiated. */
  readonly varied: readonly string[];
}

const uniform = createUniform(31);
const random = (...shape: number[]): HostTensor => randomTensor(shape, uniform);
const positive = (...shape: number[]): HostTensor => tensorOf(shape, () => uniform() + 0.1);
/** Within (-1, 1), away from its ends. */
const inner = (...shape: number[]): HostTensor => tensorOf(shape, () => 1.8 * uniform() - 0.9);
/** Halves from -2 to 2: full of ties. */
const coarse = (...shape: number[]): HostTensor => tensorOf(shape, () => Math.floor(uniform() * 9) / 2 - 2);
/** Odd numbers of eighths: no ties, and no operation here has a kink there. */
const smooth = (...shape: number[]): HostTensor => tensorOf(shape, () => (2 * Math.floor(uniform() * 64) - 63) / 8);
const labels = (count: number, classes: number): HostTensor =>
  integers(
    [count],
    Array.from({ length: count }, () => Math.floor(uniform() * classes)),
  );

const cases: OperationCase[] = [];
function add(
  name: string,
  operands: OperationCase['operands'],
  compute: OperationCase['compute'],
  varied: readonly string[] = Object.keys(operands).filter((key) => operands[key]?.data instanceof Float32Array),
): void {
  cases.push({ name, operands, compute, varied });
}

const elementwise: readonly (readonly [string, HostTensor, (x: Tensor) => Tensor])[] = [
  ['abs', coarse(7, 5), tf.abs],
  ['acos', inner(17), tf.acos],
  ['acosh', tensorOf([17], () => 1.1 + 3 * uniform()), tf.acosh],
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
    return [tf.logicalAnd(p, q), tf.logicalOr(p, q), tf.logicalXor(p, q), tf.logicalNot(p)];
  },
  [],
);
add('prelu', { x: smooth(3, 4, 5), alpha: random(5) }, ({ x, alpha }) => tf.prelu(x as Tensor, alpha as Tensor));
const pairs: readonly (readonly [string, (a: Tensor, b: Tensor) => Tensor])[] = [
  ['mod', (a, b) => tf.mod(a, tf.add(b, 0.3))],
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

add('gather of rows, with repeats', { x: random(5, 3), i: integers([6], [4, 0, 0, 2, 4, 4]) }, ({ x, i }) =>
  tf.gather(x as Tensor, i as Tensor1D),
);
add('gather along an inner axis', { x: random(2, 4, 3), i: integers([2, 2], [3, 1, 1, 0]) }, ({ x, i }) =>
  tf.gather(x as Tensor, i as Tensor2D, 1),
);
add('gather by numbers of the step', { x: random(2, 4, 3) }, ({ x }) =>
  tf.gather(x as Tensor, tf.tensor1d([2, 0, 2], 'int32'), 2),
);
add('gather for each row', { x: random(3, 4), i: integers([3, 2], [3, 1, 0, 0, 2, 3]) }, ({ x, i }) =>
  tf.gather(x as Tensor, i as Tensor2D, 1, 1),
);
add('unsortedSegmentSum', { x: random(6, 2, 2), i: integers([6], [2, 0, 2, 3, 0, 2]) }, ({ x, i }) =>
  tf.unsortedSegmentSum(x as Tensor, i as Tensor1D, 5),
);
add('oneHot', { i: labels(7, 4), x: random(7, 4) }, ({ i, x }) =>
  tf.mul(tf.oneHot(i as Tensor1D, 4, 0.9, 0.1, 'float32'), x as Tensor),
);

add('pad', { x: random(2, 3, 4) }, ({ x }) =>
  tf.pad(
    x as Tensor3D,
    [
      [0, 1],
      [2, 0],
      [1, 3],
    ],
    0.5,
  ),
);
add(
  'mirrorPad',
  { x: random(3, 4, 2) },
  ({ x }) => [
    tf.mirrorPad(
      x as Tensor3D,
      [
        [1, 2],
        [2, 1],
        [0, 1],
      ],
      'reflect',
    ),
    tf.mirrorPad(
      x as Tensor3D,
      [
        [1, 3],
        [2, 1],
        [0, 2],
      ],
      'symmetric',
    ),
  ],
  [],
);
add('reverse', { x: random(3, 4, 2) }, ({ x }) => [tf.reverse(x as Tensor), tf.reverse(x as Tensor, [0, 2])]);
add('split, stack and unstack', { x: random(4, 6) }, ({ x }) => [
  ...tf.split(x as Tensor, 3, 1),
  ...tf.split(x as Tensor, [1, 3], 0),
  tf.stack([x as Tensor, x as Tensor], 1),
  ...tf.unstack(x as Tensor, 0),
]);
add('squeeze and expandDims', { x: random(1, 4, 1, 3) }, ({ x }) => [
  tf.squeeze(x as Tensor),
  tf.squeeze(x as Tensor, [2]),
  tf.expandDims(x as Tensor, -1),
]);
add('slice', { x: random(4, 5, 3) }, ({ x }) => [
  tf.slice(x as Tensor, [1, 0, 2], [2, -1, 1]),
  tf.slice(x as Tensor, 1),
]);
add(
  'stridedSlice',
  { x: random(6, 5) },
  ({ x }) => [
    tf.stridedSlice(x as Tensor, [0, 1], [6, 5], [2, 3]),
    tf.stridedSlice(x as Tensor, [4, 4], [1, 0], [-1, -2]),
  ],
  [],
);
add('tile and broadcastTo', { x: random(2, 1, 3) }, ({ x }) => [
  tf.tile(x as Tensor, [1, 4, 2]),
  tf.broadcastTo(x as Tensor, [2, 5, 3]),
]);
add('transpose', { x: random(2, 3, 4) }, ({ x }) => [tf.transpose(x as Tensor), tf.transpose(x as Tensor, [1, 0, 2])]);
add('concat', { x: random(2, 3), y: random(2, 4) }, ({ x, y }) => tf.concat([x as Tensor, y as Tensor], 1));
add('range and linspace', { x: random(5) }, ({ x }) => [
  tf.mul(x as Tensor, tf.range(0, 5, 1)),
  tf.add(x as Tensor, tf.linspace(0, 1, 5)),
]);
add('eye and diagonal sums', { x: random(3, 3) }, ({ x }) => tf.sum(tf.mul(x as Tensor, tf.eye(3)), 1));
add('depthToSpace', { x: random(2, 2, 3, 8) }, ({ x }) => tf.depthToSpace(x as Tensor4D, 2, 'NHWC'), []);
add('spaceToBatchND and back', { x: random(2, 4, 5, 3) }, ({ x }) => {
  const blocks = tf.spaceToBatchND(
    x as Tensor,
    [2, 3],
    [
      [0, 0],
      [1, 0],
    ],
  );
  return [
    blocks,
    tf.batchToSpaceND(
      blocks,
      [2, 3],
      [
        [1, 0],
        [0, 2],
      ],
    ),
  ];
});

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
// tfjs's cpu turns the gradient of a map that is not square by 90 degrees.
add('resizeBilinear has a gradient', { x: random(2, 4, 4, 3) }, ({ x }) => [
  tf.image.resizeBilinear(x as Tensor4D, [7, 6]),
  tf.image.resizeBilinear(x as Tensor4D, [3, 9], true),
]);
// tfjs's cpu reads another image's gradient where there are several.
add('resizeNearestNeighbor', { x: random(1, 4, 5, 3) }, ({ x }) => [
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

export const OPERATIONS: readonly OperationCase[] = cases;
