import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HostTensor } from '../../../engine/mod.ts';
import { EngineError, traceStep } from '../../../engine/mod.ts';
import type { Run } from './agreement.ts';
import { createUniform, expectAgreement, functionStep, randomTensor, tensorOf } from './agreement.ts';

type Pair = [number, number];
type Explicit = [Pair, Pair, Pair, Pair];
type Pad = 'same' | 'valid' | number | Explicit;
type Rounding = 'floor' | 'ceil' | 'round' | undefined;
type Layer = (operands: readonly Tensor[]) => Tensor;

/** A layer and its gradients of a sum whose every term has a weight of its own. */
function run(name: string, operands: Readonly<Record<string, HostTensor>>, layer: Layer): Run {
  const names = Object.keys(operands);
  return functionStep(name, operands, (batch) => {
    const given = names.map((key) => batch[key] as Tensor);
    const y = layer(given);
    const weights = tf.tensor(
      Array.from({ length: y.size }, (_, index) => Math.sin(index + 1)),
      y.shape,
    );
    const gradients = tf.grads((...values: Tensor[]) => tf.mul(layer(values), weights))(given);
    return { y, ...Object.fromEntries(names.map((key, index) => [`d ${key}`, gradients[index] as Tensor])) };
  });
}

/** tfjs asserts shapes only while it computes; a step whose output would be empty or odd is not looked at. */
function isSound(candidate: Run): boolean {
  try {
    traceStep(candidate.step);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.code === 'STEP_UNTRACEABLE') return false;
    if (error instanceof EngineError && error.code === 'STEP_SHAPE') return false;
    throw error;
  }
}

const size = fc.constantFrom<Pair[]>([1, 1], [2, 2], [3, 3], [2, 3], [3, 1], [5, 5]);
const strides = fc.constantFrom<Pair[]>([1, 1], [1, 1], [2, 2], [2, 1], [1, 3], [3, 3]);
const dilations = fc.constantFrom<Pair[]>([1, 1], [1, 1], [2, 2], [1, 2], [3, 2]);
const border = fc.integer({ min: 0, max: 2 });
const explicit: fc.Arbitrary<Explicit> = fc.tuple(border, border, border, border).map(([top, bottom, left, right]) => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
]);
const pad: fc.Arbitrary<Pad> = fc.oneof(fc.constantFrom<Pad[]>('same', 'valid', 0, 1, 2), explicit);
const map = {
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 3, max: 9 }),
  width: fc.integer({ min: 3, max: 9 }),
};
const roundingFor = (given: Pad, rounding: Rounding): Rounding =>
  given === 'same' || given === 'valid' ? undefined : (rounding ?? 'floor');
const rounding = fc.constantFrom<Rounding[]>('floor', 'floor', 'ceil', 'round', undefined);

describe('convolutions', () => {
  test('of any window, dilated or not', async () => {
    const shapes = fc.record({ ...map, size, strides, dilations, pad, rounding, seed: fc.nat() });
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const uniform = createUniform(shape.seed);
        const x = randomTensor([shape.batch, shape.height, shape.width, 3], uniform);
        const w = randomTensor([...shape.size, 3, 4], uniform);
        const dilated = shape.strides.some((s) => s > 1) ? ([1, 1] as Pair) : shape.dilations;
        const round = roundingFor(shape.pad, shape.rounding);
        const candidate = run('convolution', { x, w }, ([maps, filter]) =>
          tf.conv2d(maps as Tensor4D, filter as Tensor4D, shape.strides, shape.pad as 'same', 'NHWC', dilated, round),
        );
        if (!isSound(candidate)) return;
        checked++;
        await expectAgreement(candidate);
      }),
      { numRuns: 40, seed: 11 },
    );
    expect(checked).toBeGreaterThan(25);
  });

  test('depthwise, of any window', async () => {
    const shapes = fc.record({
      ...map,
      size,
      strides,
      dilations,
      pad,
      rounding,
      channels: fc.constantFrom(1, 2, 5),
      multiplier: fc.constantFrom(1, 2),
      seed: fc.nat(),
    });
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const uniform = createUniform(shape.seed);
        const x = randomTensor([shape.batch, shape.height, shape.width, shape.channels], uniform);
        const w = randomTensor([...shape.size, shape.channels, shape.multiplier], uniform);
        const dilated = shape.strides.some((s) => s > 1) ? ([1, 1] as Pair) : shape.dilations;
        const round = roundingFor(shape.pad, shape.rounding);
        const candidate = run('depthwise', { x, w }, ([maps, filter]) =>
          tf.depthwiseConv2d(
            maps as Tensor4D,
            filter as Tensor4D,
            shape.strides,
            shape.pad as 'same',
            'NHWC',
            dilated,
            round,
          ),
        );
        if (!isSound(candidate)) return;
        checked++;
        await expectAgreement(candidate);
      }),
      { numRuns: 40, seed: 12 },
    );
    expect(checked).toBeGreaterThan(25);
  });

  /** As tfjs can write groups: slices, convolutions and a concatenation. */
  const grouped =
    (groups: number, stride: Pair, given: Pad, rounding: Rounding): Layer =>
    ([maps, filter, bias]) => {
      const parts = tf.split<Tensor4D>(filter as Tensor4D, groups, 3);
      const together = tf.concat(
        tf
          .split<Tensor4D>(maps as Tensor4D, groups, 3)
          .map((part, group) =>
            tf.conv2d(part, parts[group] as Tensor4D, stride, given as 'same', 'NHWC', 1, rounding),
          ),
        3,
      );
      return tf.add(together, bias as Tensor);
    };

  test('in groups', async () => {
    const shapes = fc.record({
      ...map,
      size,
      strides,
      pad,
      groups: fc.constantFrom(2, 3, 4),
      share: fc.constantFrom([1, 1], [2, 1], [2, 3], [8, 9]) as fc.Arbitrary<Pair>,
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async ({ groups, share: [channels, filters], ...shape }) => {
        const uniform = createUniform(shape.seed);
        const x = randomTensor([shape.batch, shape.height, shape.width, groups * channels], uniform);
        const w = randomTensor([...shape.size, channels, groups * filters], uniform);
        const layer = grouped(groups, shape.strides, shape.pad, roundingFor(shape.pad, 'floor'));
        const b = randomTensor([groups * filters], uniform);
        const candidate = run('groups', { x, w, b }, layer);
        if (isSound(candidate)) await expectAgreement(candidate);
      }),
      { numRuns: 30, seed: 13 },
    );
  });

  test('transposed', async () => {
    const shapes = fc.record({
      ...map,
      size,
      strides,
      pad: fc.constantFrom('same', 'valid') as fc.Arbitrary<'same'>,
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const uniform = createUniform(shape.seed);
        const x = randomTensor([shape.batch, shape.height, shape.width, 3], uniform);
        const w = randomTensor([...shape.size, 2, 3], uniform);
        const along = (axis: 0 | 1, count: number): number =>
          shape.pad === 'same' ? count * shape.strides[axis] : (count - 1) * shape.strides[axis] + shape.size[axis];
        const target: [number, number, number, number] = [
          shape.batch,
          along(0, shape.height),
          along(1, shape.width),
          2,
        ];
        const candidate = run('transposed', { x, w }, ([maps, filter]) =>
          tf.conv2dTranspose(maps as Tensor4D, filter as Tensor4D, target, shape.strides, shape.pad),
        );
        if (isSound(candidate)) await expectAgreement(candidate);
      }),
      { numRuns: 25, seed: 14 },
    );
  });
});

describe.each(['max', 'avg'] as const)('%s pools', (kind) => {
  test('of any window, with ties and negative numbers', async () => {
    const shapes = fc.record({ ...map, size, strides, pad, rounding, channels: fc.constantFrom(1, 3), seed: fc.nat() });
    let checked = 0;
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const uniform = createUniform(shape.seed);
        const x = tensorOf(
          [shape.batch, shape.height, shape.width, shape.channels],
          () => Math.floor(uniform() * 3) - 2,
        );
        const round = roundingFor(shape.pad, shape.rounding);
        const pool = kind === 'max' ? tf.maxPool : tf.avgPool;
        const candidate = run(`${kind} pool`, { x }, ([maps]) =>
          pool(maps as Tensor4D, shape.size, shape.strides, shape.pad as 'same', round),
        );
        if (!isSound(candidate)) return;
        checked++;
        await expectAgreement(candidate);
      }),
      { numRuns: 50, seed: 15 },
    );
    expect(checked).toBeGreaterThan(25);
  });
});
