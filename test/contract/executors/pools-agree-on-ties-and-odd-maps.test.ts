import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HostTensor } from '../../../engine/mod.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import type { Run } from './agreement.ts';
import { createUniform, expectAgreement, functionStep, randomTensor, runOn, tensorOf } from './agreement.ts';

type Pad = 'valid' | 'same';

function poolRun(kind: 'max' | 'avg', x: HostTensor, size: number, stride: number, pad: Pad): Run {
  const { outShape } = tf.backend_util.computePool2DInfo(
    [...x.shape] as [number, number, number, number],
    size,
    stride,
    1,
    pad,
  );
  const weight = randomTensor(outShape, createUniform(5));
  return functionStep(`${kind} pool`, { x, weight }, (given) => {
    const pool = (maps: Tensor): Tensor =>
      (kind === 'max' ? tf.maxPool : tf.avgPool)(maps as Tensor4D, size, stride, pad);
    const dx = tf.grad((maps: Tensor) => tf.mul(pool(maps), given.weight as Tensor))(given.x as Tensor);
    // Behind a ReLU the mask of its gradient is moved in front of the pool's.
    const rectified = tf.grad((maps: Tensor) => tf.mul(pool(tf.relu(maps)), given.weight as Tensor))(given.x as Tensor);
    return { y: pool(given.x as Tensor), dx, rectified };
  });
}

/** Few values, so that most windows have several maxima: black borders, saturated pixels. */
const coarse = (shape: readonly number[], seed: number): HostTensor => {
  const uniform = createUniform(seed);
  return tensorOf(shape, () => Math.floor(uniform() * 3) - 1);
};

test('a gradient goes to the first maximum of the window, also when all are equal or negative', async () => {
  const x = tensorOf([1, 2, 6, 1], (index) => [0, 0, -3, -2, 1, 2, 0, 0, -1, -1, 2, 2][index] ?? 0);
  const { step, state, inputs } = poolRun('max', x, 2, 2, 'valid');
  const weight = tensorOf([1, 1, 3, 1], (index) => index + 1);
  const { dx } = await runOn(createOnnxExecutor({ threads: 1 }), {
    step,
    state,
    inputs: { ...inputs, batch: { x, weight } },
  });
  expect([...(dx?.data ?? [])]).toEqual([1, 0, 0, 0, 0, 3, 0, 0, 2, 0, 0, 0]);
});

test('an odd map leaves its last row and column without gradient', async () => {
  const x = randomTensor([2, 7, 7, 3], createUniform(2));
  const run = poolRun('max', x, 2, 2, 'valid');
  const { dx } = await runOn(createOnnxExecutor({ threads: 1 }), run);
  const lastRow = dx?.data.filter((_, index) => Math.floor(index / 21) % 7 === 6);
  expect(lastRow?.every((value) => value === 0)).toBe(true);
  await expectAgreement(run);
});

test('max pools agree on random shapes full of ties', async () => {
  const shapes = fc.record({
    batch: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 4, max: 9 }),
    width: fc.integer({ min: 4, max: 9 }),
    channels: fc.integer({ min: 1, max: 4 }),
    window: fc.constantFrom([2, 2], [3, 2], [3, 3], [2, 1], [1, 1], [4, 4]) as fc.Arbitrary<[number, number]>,
    pad: fc.constantFrom('valid', 'same') as fc.Arbitrary<Pad>,
    seed: fc.nat(),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ batch, height, width, channels, window: [size, stride], pad, seed }) => {
      await expectAgreement(poolRun('max', coarse([batch, height, width, channels], seed), size, stride, pad), 1e-6);
    }),
    { numRuns: 40, seed: 4 },
  );
});

test('average pools agree', async () => {
  for (const [height, width, size, stride] of [
    [6, 8, 2, 2],
    [7, 5, 2, 2],
    [7, 7, 3, 2],
    [3, 4, 3, 1],
  ] as const) {
    await expectAgreement(poolRun('avg', randomTensor([2, height, width, 3], createUniform(8)), size, stride, 'valid'));
  }
});
