import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { HostTensor } from '../../../engine/mod.ts';
import { availableExecutors } from '../../support/executors.ts';
import type { Run } from './agreement.ts';
import {
  createUniform,
  functionStep,
  opened,
  randomTensor,
  relativeDifference,
  resultsOf,
  tensorOf,
} from './agreement.ts';

const python = process.env.TICKWORK_PYTHON;
const executors = await availableExecutors();
const hasTorch = python !== undefined && executors.includes('torch');

type Pads = readonly [top: number, bottom: number, left: number, right: number];
type Pair = [number, number];

interface Layer {
  readonly kind: string;
  readonly operands: readonly HostTensor[];
  readonly [attribute: string]: unknown;
}

/** A layer as PyTorch shall compute it, and as a step writes it. */
interface Case {
  readonly layer: Layer;
  compute(operands: readonly Tensor[]): Tensor;
}

const uniform = createUniform(77);
const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(uniform() * choices.length)] as T;
const upTo = (most: number): number => Math.floor(uniform() * (most + 1));
const random = (...shape: number[]): HostTensor => randomTensor(shape, uniform);
const coarse = (...shape: number[]): HostTensor => tensorOf(shape, () => Math.floor(uniform() * 4) - 3);
const explicit = ([top, bottom, left, right]: Pads): [Pair, Pair, Pair, Pair] => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];

function convolution(): Case {
  const [size, strides] = [pick<Pair>([1, 1], [3, 3], [2, 3], [5, 4]), pick<Pair>([1, 1], [2, 2], [1, 3])];
  const dilations = strides[0] * strides[1] === 1 ? pick<Pair>([1, 1], [2, 1], [2, 3]) : ([1, 1] as Pair);
  const groups = pick(1, 1, 2, 3);
  const [share, each] = [pick(1, 2, 5), pick(1, 3)];
  const pad: Pads = [upTo(2), upTo(2), upTo(2), upTo(2)];
  const reach = (axis: 0 | 1): number => (size[axis] - 1) * dilations[axis] + 1;
  const operands = [
    random(pick(1, 3), reach(0) + upTo(6), reach(1) + upTo(6), groups * share),
    random(...size, share, groups * each),
  ];
  return {
    layer: { kind: 'convolution', operands, strides, dilations, groups, pad },
    compute([x, w]) {
      const convolve = (map: Tensor4D, filter: Tensor4D): Tensor4D =>
        tf.conv2d(map, filter, strides, explicit(pad), 'NHWC', dilations, 'floor');
      if (groups === 1) return convolve(x as Tensor4D, w as Tensor4D);
      const filters = tf.split<Tensor4D>(w as Tensor4D, groups, 3);
      const maps = tf.split<Tensor4D>(x as Tensor4D, groups, 3);
      return tf.concat(
        maps.map((map, group) => convolve(map, filters[group] as Tensor4D)),
        3,
      );
    },
  };
}

function depthwise(): Case {
  const [size, strides] = [pick<Pair>([3, 3], [2, 3]), pick<Pair>([1, 1], [2, 2])];
  const [channels, multiplier] = [pick(1, 4), pick(1, 2)];
  const pad: Pads = [upTo(1), upTo(2), upTo(2), upTo(1)];
  const x = random(2, 4 + upTo(4), 4 + upTo(4), channels);
  const filter = random(...size, channels, multiplier);
  const flat = { shape: [...size, 1, channels * multiplier], data: filter.data };
  return {
    layer: { kind: 'convolution', operands: [x, flat], strides, dilations: [1, 1], groups: channels, pad },
    compute: ([maps, w]) =>
      tf.depthwiseConv2d(
        maps as Tensor4D,
        tf.reshape(w as Tensor, [...size, channels, multiplier]) as Tensor4D,
        strides,
        explicit(pad) as unknown as 'same',
        'NHWC',
        1,
        'floor',
      ),
  };
}

function transposed(): Case {
  const [size, strides] = [pick<Pair>([2, 2], [3, 3], [3, 2]), pick<Pair>([1, 1], [2, 2], [2, 1])];
  const [height, width] = [3 + upTo(3), 3 + upTo(3)];
  const target = [2, (height - 1) * strides[0] + size[0], (width - 1) * strides[1] + size[1], 4] as const;
  return {
    layer: { kind: 'transposed', operands: [random(2, height, width, 3), random(...size, 4, 3)], strides },
    compute: ([x, w]) => tf.conv2dTranspose(x as Tensor4D, w as Tensor4D, [...target], strides, 'valid'),
  };
}

function pool(kind: 'max_pool' | 'avg_pool'): Case {
  const [size, strides] = [pick<Pair>([2, 2], [3, 3], [3, 2]), pick<Pair>([1, 1], [2, 2], [2, 1])];
  const x = kind === 'max_pool' ? coarse(2, 5 + upTo(4), 5 + upTo(4), 3) : random(2, 5 + upTo(4), 5 + upTo(4), 3);
  const pad: Pads = [upTo(1), upTo(1), upTo(1), upTo(1)];
  return {
    layer: { kind, operands: [x], size, strides, pad },
    compute: ([maps]) =>
      (kind === 'max_pool' ? tf.maxPool : tf.avgPool)(
        maps as Tensor4D,
        size,
        strides,
        explicit(pad) as unknown as 'same',
        'floor',
      ),
  };
}

function localResponse(): Case {
  const attributes = { radius: pick(1, 2, 5), bias: pick(1, 2), alpha: pick(1e-4, 0.3), beta: pick(0.5, 0.75, 0.6) };
  return {
    layer: { kind: 'local_response', operands: [random(2, 3, 4, pick(3, 8))], ...attributes },
    compute: ([x]) =>
      tf.localResponseNormalization(
        x as Tensor4D,
        attributes.radius,
        attributes.bias,
        attributes.alpha,
        attributes.beta,
      ),
  };
}

function batchNorm(): Case {
  return {
    layer: { kind: 'batch_norm', operands: [random(3, 4, 5, 6), random(6), random(6)], epsilon: 0.01 },
    compute([x, scale, offset]) {
      const { mean, variance } = tf.moments(x as Tensor, [0, 1, 2]);
      return tf.batchNorm(
        x as Tensor4D,
        mean as Tensor1D,
        variance as Tensor1D,
        offset as Tensor1D,
        scale as Tensor1D,
        0.01,
      );
    },
  };
}

function resize(): Case {
  const target: Pair = [3 + upTo(5), 3 + upTo(5)];
  return {
    layer: { kind: 'resize', operands: [random(2, 4, 6, 3)], target },
    compute: ([x]) => tf.image.resizeBilinear(x as Tensor4D, target, true),
  };
}

function activations(): Case {
  return {
    layer: { kind: 'activations', operands: [tensorOf([60], (index) => (index - 29.7) / 6)] },
    compute: ([operand]) => {
      const x = operand as Tensor;
      return tf.stack([
        tf.elu(x),
        tf.selu(x),
        tf.softplus(x),
        tf.leakyRelu(x, 0.2),
        tf.relu6(tf.mul(4, x)),
        tf.expm1(x),
        tf.atan(x),
      ]);
    },
  };
}

const times = (count: number, make: () => Case): Case[] => Array.from({ length: count }, make);
const cases = [
  ...times(24, convolution),
  ...times(8, depthwise),
  ...times(6, transposed),
  ...times(12, () => pool('max_pool')),
  ...times(12, () => pool('avg_pool')),
  ...times(4, localResponse),
  ...times(1, batchNorm),
  ...times(4, resize),
  ...times(1, activations),
];

function runOf({ layer, compute }: Case): Run {
  const batch = Object.fromEntries(layer.operands.map((operand, index) => [`x${index}`, operand]));
  return functionStep(layer.kind, batch, (given) => {
    const operands = Object.values(given);
    const y = compute(operands);
    const weights = tf.tensor(
      Array.from({ length: y.size }, (_, index) => Math.sin(index + 1)),
      y.shape,
    );
    const gradients = tf.grads((...values: Tensor[]) => tf.mul(compute(values), weights))(operands);
    return { 0: y, ...Object.fromEntries(gradients.map((gradient, index) => [index + 1, gradient])) };
  });
}

describe.skipIf(!hasTorch)('layers and their gradients, against PyTorch in double precision', () => {
  const script = fileURLToPath(new URL('./layers_in_float64.py', import.meta.url));
  const plain = cases.map(({ layer }) => ({
    ...layer,
    operands: layer.operands.map(({ shape, data }) => ({ shape, data: Array.from(data) })),
  }));
  const reference = hasTorch
    ? (JSON.parse(
        execFileSync(python, [script], { input: JSON.stringify(plain), encoding: 'utf8', maxBuffer: 1 << 28 }),
      ) as { shape: number[]; data: number[] }[][])
    : [];

  test.each(executors)('on %s', async (name) => {
    for (const [index, one] of cases.entries()) {
      const actual = await resultsOf(await opened(name), runOf(one));
      for (const [position, { shape, data }] of (reference[index] ?? []).entries()) {
        const difference = relativeDifference(actual[position], { shape, data: Float32Array.from(data) });
        const { operands: _, ...attributes } = one.layer;
        expect(difference, `${JSON.stringify(attributes)}: result ${position}`).toBeLessThan(2e-5);
      }
    }
  });
});
