import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Executor, HostTensor } from '../../../engine/mod.ts';
import { createCpuExecutor, EngineError } from '../../../engine/mod.ts';
import { withBackend } from '../../../engine/tfjs/active-backend.ts';
import { openForTest } from '../../support/executors.ts';
import type { Run } from './agreement.ts';
import {
  createUniform,
  functionStep,
  integers,
  randomTensor,
  relativeDifference,
  runInFloat64,
  runOn,
  tensorOf,
} from './agreement.ts';

const tensorflow: Executor | undefined = await openForTest('tensorflow').catch((error: unknown) => {
  if (error instanceof EngineError && error.code === 'EXECUTOR_UNAVAILABLE') return undefined;
  throw error;
});

/** tfjs's cpu backend leaves the padding out of an average and forgets that in its gradient. */
async function expectAgreement(run: Run, tolerance = 1e-5, withTfjs = true): Promise<void> {
  const results = await runOn(tensorflow as Executor, run);
  const references = {
    float64: runInFloat64(run),
    ...(withTfjs ? { 'tfjs cpu': await runOn(createCpuExecutor(), run) } : {}),
  };
  for (const [reference, values] of Object.entries(references)) {
    for (const [name, value] of Object.entries(values)) {
      const difference = relativeDifference(results[name], value);
      expect(difference, `${run.step.name}: ${name} against ${reference}`).toBeLessThanOrEqual(tolerance);
    }
  }
}

type Pad = 'same' | 'valid' | number;
type Pair = [number, number];
const pairOf = ([a, b]: Pair): Pair => [a, b];

interface Window {
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly size: Pair;
  readonly strides: Pair;
  readonly pad: Pad;
}

const shapes = {
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 12 }),
  width: fc.integer({ min: 1, max: 12 }),
  channels: fc.constantFrom(1, 2, 3, 8),
  strides: fc.constantFrom<Pair>([1, 1], [2, 2], [2, 1], [3, 3], [4, 4]),
  pad: fc.constantFrom<Pad>('same', 'valid', 0, 1, 2),
};
/** For a number, tfjs reads height and width as one. */
const isSound = ({ height, width, size, strides, pad }: Window): boolean => {
  if (typeof pad === 'number' && (size[0] !== size[1] || strides[0] !== strides[1])) return false;
  if (typeof pad === 'number' && pad >= size[0]) return false;
  const border = pad === 'same' ? 12 : pad === 'valid' ? 0 : 2 * pad;
  return height + border >= size[0] && width + border >= size[1];
};

describe.skipIf(tensorflow === undefined)('TensorFlow', () => {
  test('convolutions of any size, stride and padding, and their three gradients', async () => {
    const convolutions = fc
      .record({
        ...shapes,
        size: fc.constantFrom<Pair>([1, 1], [3, 3], [5, 5], [2, 3], [7, 7]),
        filters: fc.constantFrom(1, 4, 9),
        seed: fc.nat(),
      })
      .filter(isSound);
    await fc.assert(
      fc.asyncProperty(convolutions, async ({ batch, height, width, channels, size, strides, pad, filters, seed }) => {
        const uniform = createUniform(seed);
        const x = randomTensor([batch, height, width, channels], uniform);
        const w = randomTensor([...size, channels, filters], uniform);
        const b = randomTensor([filters], uniform);
        const layer = (maps: Tensor, kernel: Tensor, bias: Tensor): Tensor =>
          tf.add(tf.conv2d(maps as Tensor4D, kernel as Tensor4D, pairOf(strides), pad), bias);
        const run = functionStep('convolution', { x, w, b }, (given) => {
          const operands = [given.x, given.w, given.b] as [Tensor, Tensor, Tensor];
          const y = layer(...operands);
          // Another weight for each output, without a further input.
          const weighted = (...all: Tensor[]): Tensor => tf.mul(layer(...(all as typeof operands)), y);
          const [dx, dw, db] = tf.grads(weighted)(operands) as typeof operands;
          return { y, dx, dw, db };
        });
        await expectAgreement(run);
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  const pools = fc
    .record({
      ...shapes,
      size: fc.constantFrom<Pair>([2, 2], [3, 3], [2, 3], [1, 1]),
      seed: fc.nat(),
    })
    .filter(isSound);

  test('max pools full of ties, also where all is negative, overlaps or is padded', async () => {
    await fc.assert(
      fc.asyncProperty(pools, async ({ batch, height, width, channels, size, strides, pad, seed }) => {
        const uniform = createUniform(seed);
        const x = tensorOf([batch, height, width, channels], () => Math.floor(uniform() * 3) - 2);
        const pool = (maps: Tensor): Tensor => tf.maxPool(maps as Tensor4D, pairOf(size), pairOf(strides), pad);
        const run = functionStep('max pool', { x }, (given) => {
          const position = (y: Tensor): Tensor =>
            tf.tensor(
              [...Array(y.size).keys()].map((index) => index + 1),
              y.shape,
            );
          const dx = tf.grad((maps: Tensor) => tf.mul(pool(maps), position(pool(maps))))(given.x as Tensor);
          return { y: pool(given.x as Tensor), dx };
        });
        await expectAgreement(run, 1e-6);
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  test('average pools, whose padding counts as nothing', async () => {
    await fc.assert(
      fc.asyncProperty(pools, async ({ batch, height, width, channels, size, strides, pad, seed }) => {
        const x = randomTensor([batch, height, width, channels], createUniform(seed));
        const pool = (maps: Tensor): Tensor => tf.avgPool(maps as Tensor4D, pairOf(size), pairOf(strides), pad);
        const run = functionStep('average pool', { x }, (given) => ({ y: pool(given.x as Tensor) }));
        await expectAgreement(run);
        const gradient = functionStep('average pool', { x }, (given) => ({
          dx: tf.grad((maps: Tensor) => tf.square(pool(maps)))(given.x as Tensor),
        }));
        await expectAgreement(gradient);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  test.each([
    [16, 2, 2, 1e-4, 0.75],
    [7, 2, 1, 0.3, 0.5],
    [3, 5, 0.5, 0.2, 0.6],
  ])('local response of %d channels, radius %d, bias %d, alpha %d, beta %d', (channels, radius, bias, alpha, beta) => {
    const x = randomTensor([2, 3, 5, channels], createUniform(channels));
    const normalise = (maps: Tensor): Tensor =>
      tf.localResponseNormalization(maps as Tensor4D, radius, bias, alpha, beta);
    const run = functionStep('lrn', { x }, (given) => ({
      y: normalise(given.x as Tensor),
      dx: tf.grad((maps: Tensor) => tf.square(normalise(maps)))(given.x as Tensor),
    }));
    return expectAgreement(run);
  });

  const losses: readonly (readonly [string, HostTensor, (labels: Tensor, logits: Tensor) => Tensor])[] = [
    [
      'softmax cross-entropy',
      integers([6], [0, 3, 2, 1, 4, 4]),
      (labels, logits) => tf.losses.softmaxCrossEntropy(tf.oneHot(labels as tf.Tensor1D, 5), logits),
    ],
    [
      'log softmax',
      integers([6], [0, 3, 2, 1, 4, 4]),
      (labels, logits) =>
        tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot(labels as tf.Tensor1D, 5, 1, 0, 'float32'), tf.logSoftmax(logits)), 1))),
    ],
    ['squares', randomTensor([6, 5], createUniform(1)), (labels, logits) => tf.losses.meanSquaredError(labels, logits)],
    [
      'hinge',
      tensorOf([6, 5], (index) => index % 2),
      (labels, logits) => tf.mean(tf.relu(tf.sub(1, tf.mul(tf.sub(tf.mul(labels, 2), 1), logits)))),
    ],
    ['mean of integers', integers([6, 5], [...Array(30).keys()]), (labels, logits) => tf.mul(tf.mean(labels), logits)],
  ];
  test.each(losses)('the loss: %s', (name, labels, loss) => {
    const logits = randomTensor([6, 5], createUniform(3));
    return expectAgreement(
      functionStep(name, { labels, logits }, (given) => {
        const ofLogits = (values: Tensor): Tensor => loss(given.labels as Tensor, values);
        return { loss: ofLogits(given.logits as Tensor), gradient: tf.grad(ofLogits)(given.logits as Tensor) };
      }),
    );
  });
});

/** <y, dy> of both sides: a gradient is the adjoint of its kernel, whatever the window. */
describe.skipIf(tensorflow === undefined)('kernels that no step reaches through tfjs', () => {
  const onTensorFlow = <T>(body: () => T): T => withBackend('tensorflow', body);
  const random = (shape: readonly number[], seed: number): Tensor4D => {
    const { data } = randomTensor(shape, createUniform(seed));
    return tf.tensor4d(data as Float32Array, [...shape] as [number, number, number, number]);
  };
  const inner = (a: Tensor, b: Tensor): number => tf.sum(tf.mul(a, b)).dataSync()[0] as number;
  const runKernel = (name: string, inputs: Record<string, Tensor>, attributes: object): Tensor4D =>
    tf.engine().runKernel(name, inputs, { ...attributes } as tf.NamedAttrMap) as Tensor4D;

  test.each([
    [[1, 1], [2, 2], 'valid', undefined],
    [[1, 1], [2, 3], 'same', undefined],
    [[1, 1], [3, 3], 2, undefined],
    [[2, 2], [2, 2], 'same', undefined],
    [[2, 2], [1, 1], 1, 'ceil'],
    [[3, 3], [1, 1], 0, 'ceil'],
  ] as const)(
    'gradients of convolutions: strides %j, dilations %j, padding %s, rounding %s',
    (strides, dilations, pad, dimRoundingMode) => {
      onTensorFlow(() => {
        const attributes = {
          strides: [...strides],
          dilations: [...dilations],
          pad,
          dimRoundingMode,
          dataFormat: 'NHWC',
        };
        const [x, x2, w, w2] = [
          random([2, 9, 8, 3], 1),
          random([2, 9, 8, 3], 2),
          random([3, 3, 3, 4], 3),
          random([3, 3, 3, 4], 4),
        ];
        const y = runKernel('Conv2D', { x, filter: w }, attributes);
        const dy = random(y.shape, 5);
        const dx = runKernel('Conv2DBackpropInput', { dy, filter: w }, { ...attributes, inputShape: x.shape });
        const dw = runKernel('Conv2DBackpropFilter', { x, dy }, { ...attributes, filterShape: w.shape });
        expect(dx.shape).toEqual(x.shape);
        expect(dw.shape).toEqual(w.shape);
        expect(inner(runKernel('Conv2D', { x: x2, filter: w }, attributes), dy)).toBeCloseTo(inner(x2, dx), 3);
        expect(inner(runKernel('Conv2D', { x, filter: w2 }, attributes), dy)).toBeCloseTo(inner(w2, dw), 3);
      });
    },
  );

  test.each([
    [3, 2, 1, undefined],
    [3, 2, 0, 'ceil'],
    [3, 2, 1, 'ceil'],
    [2, 2, 0, 'ceil'],
    [2, 3, 'same', undefined],
  ] as const)(
    'gradients of average pools: size %d, stride %d, padding %s, rounding %s',
    (size, stride, pad, dimRoundingMode) => {
      onTensorFlow(() => {
        const attributes = { filterSize: [size, size], strides: [stride, stride], pad, dimRoundingMode };
        const [x, x2] = [random([2, 8, 9, 3], 1), random([2, 8, 9, 3], 2)];
        const y = runKernel('AvgPool', { x }, attributes);
        const dy = random(y.shape, 5);
        const dx = runKernel('AvgPoolGrad', { dy, input: x }, attributes);
        expect(inner(runKernel('AvgPool', { x: x2 }, attributes), dy)).toBeCloseTo(inner(x2, dx), 3);
        // Of an image that is one colour every average is that colour.
        const plain = runKernel('AvgPool', { x: tf.onesLike(x) }, attributes);
        expect(Math.max(...tf.abs(tf.sub(plain, 1)).dataSync())).toBeLessThan(1e-6);
      });
    },
  );

  test('max pools that round up end at the border, as those of tfjs', () => {
    for (const [size, stride, pad] of [
      [3, 2, 0],
      [2, 2, 0],
      [3, 2, 1],
    ] as const) {
      const compute = (): readonly number[][] => {
        const x = random([2, 8, 7, 3], 9);
        const attributes = { filterSize: [size, size], strides: [stride, stride], pad, dimRoundingMode: 'ceil' };
        const output = runKernel('MaxPool', { x }, attributes);
        const dx = runKernel('MaxPoolGrad', { dy: random(output.shape, 3), input: x, output }, attributes);
        return [output.shape, [...output.dataSync()], dx.shape, [...dx.dataSync()].map((value) => Math.fround(value))];
      };
      const [shape, y, dxShape, dx = []] = onTensorFlow(compute);
      const [oracleShape, oracleY, oracleDxShape, oracleDx = []] = withBackend('cpu', compute);
      expect([shape, y, dxShape]).toEqual([oracleShape, oracleY, oracleDxShape]);
      for (const [index, value] of dx.entries()) expect(value).toBeCloseTo(oracleDx[index] as number, 5);
    }
  });

  test('rows are gathered by index without a look at the indices', () => {
    onTensorFlow(() => {
      const table = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
      const rows = tf.gather(table, tf.tensor1d([2, 0, 2], 'int32'));
      expect([...rows.dataSync()]).toEqual([5, 6, 1, 2, 5, 6]);
      expect([...tf.gather(table, tf.tensor1d([1], 'int32'), 1).dataSync()]).toEqual([2, 4, 6]);
    });
  });
});
