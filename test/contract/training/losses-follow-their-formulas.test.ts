import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { LOSS_NAMES, type LossName } from '../../../core/catalogue/losses.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import { LOSSES } from '../../../worker/training/objectives/losses.ts';
import { createUniform, expectAgreement, functionStep, randomTensor, runOn, tensorOf } from '../executors/agreement.ts';

const BATCH = 5;
const CLASSES = 10;
const uniform = createUniform(3);
const scores = randomTensor([BATCH, CLASSES], uniform);
const labels = tensorOf([BATCH, CLASSES], (index) =>
  Number(index % CLASSES === (3 * Math.floor(index / CLASSES)) % CLASSES),
);

type Rows = readonly (readonly number[])[];
const rowsOf = (data: ArrayLike<number>): Rows =>
  Array.from({ length: BATCH }, (_, row) => Array.from({ length: CLASSES }, (__, c) => data[row * CLASSES + c] ?? 0));
const hinge = (margin: number): number => Math.max(0, 1 - margin);
const meanOver = (rows: Rows, of: (s: readonly number[], y: number) => number): number =>
  rows.reduce((total, s, row) => total + of(s, rowsOf(labels.data)[row]?.indexOf(1) ?? 0), 0) / BATCH;
const at = (s: readonly number[], y: number): number => s[y] ?? Number.NaN;

/** The same losses with loops, from the papers. */
const DEFINITIONS: Readonly<Record<LossName, (s: Rows) => number>> = {
  softmax: (rows) => meanOver(rows, (s, y) => Math.log(s.reduce((sum, v) => sum + Math.exp(v), 0)) - at(s, y)),
  hinge: (rows) => meanOver(rows, (s, y) => s.reduce((sum, v, c) => sum + hinge(c === y ? v : -v), 0)),
  'squared-hinge': (rows) => meanOver(rows, (s, y) => s.reduce((sum, v, c) => sum + hinge(c === y ? v : -v) ** 2, 0)),
  'weston-watkins': (rows) =>
    meanOver(rows, (s, y) => s.reduce((sum, v, c) => sum + (c === y ? 0 : Math.max(0, v - at(s, y) + 1)), 0)),
  'crammer-singer': (rows) =>
    meanOver(rows, (s, y) => Math.max(0, Math.max(...s.filter((_, c) => c !== y)) - at(s, y) + 1)),
  'ranking-hinge': (rows) => {
    const truth = rowsOf(labels.data);
    let [sum, pairs] = [0, 0];
    for (let c = 0; c < CLASSES; c++) {
      for (const [p, positive] of rows.entries()) {
        for (const [n, negative] of rows.entries()) {
          if (truth[p]?.[c] !== 1 || truth[n]?.[c] !== 0) continue;
          sum += hinge(at(positive, c) - at(negative, c));
          pairs++;
        }
      }
    }
    return sum / pairs;
  },
};

const lossRun = (name: LossName, s = scores) =>
  functionStep(name, { s, y: labels }, (batch) => {
    const of = (values: Tensor): tf.Scalar => LOSSES[name](values as Tensor2D, batch.y as Tensor2D);
    return { loss: of(batch.s as Tensor), gradient: tf.grad(of)(batch.s as Tensor) };
  });

describe.each(LOSS_NAMES)('%s', (name) => {
  test('is what its paper says', async () => {
    const { loss } = await runOn(createOnnxExecutor({ threads: 1 }), lossRun(name));
    expect(loss?.data[0]).toBeCloseTo(DEFINITIONS[name](rowsOf(scores.data)), 5);
  });

  test('and its gradient are the same on every executor', () => expectAgreement(lossRun(name)));

  test('falls along its gradient as finite differences say', async () => {
    const { gradient } = await runOn(createOnnxExecutor({ threads: 1 }), lossRun(name));
    const h = 1e-6;
    const shifted = (index: number, by: number): Rows =>
      rowsOf(Float64Array.from(scores.data, (v, i) => (i === index ? v + by : v)));
    for (const index of [0, 3, 17, 26, 42, 49]) {
      const slope = (DEFINITIONS[name](shifted(index, h)) - DEFINITIONS[name](shifted(index, -h))) / (2 * h);
      expect(gradient?.data[index]).toBeCloseTo(slope, 4);
    }
  });
});

test('losses of a network that knows nothing are those of the lecture: ln C, and C − 1', async () => {
  const nothing = tensorOf([BATCH, CLASSES], () => 0);
  const of = async (name: LossName) =>
    (await runOn(createOnnxExecutor({ threads: 1 }), lossRun(name, nothing))).loss?.data[0];
  expect(await of('softmax')).toBeCloseTo(Math.log(10), 5);
  expect(await of('weston-watkins')).toBeCloseTo(9, 5);
  expect(await of('crammer-singer')).toBeCloseTo(1, 5);
});

test('of classes that share Crammer and Singer’s maximum one alone has the gradient, on every executor', async () => {
  // Scores of a network whose last hidden units are all off: every rival of the true class is as high as any other.
  const run = lossRun(
    'crammer-singer',
    tensorOf([BATCH, CLASSES], () => 0),
  );
  await expectAgreement(run);
  const { gradient } = await runOn(createOnnxExecutor({ threads: 1 }), run);
  for (const [row, slopes] of rowsOf(gradient?.data ?? []).entries()) {
    const label = rowsOf(labels.data)[row]?.indexOf(1) ?? 0;
    const rival = label === 0 ? 1 : 0;
    slopes.forEach((slope, c) => {
      expect(slope).toBeCloseTo(c === label ? -1 / BATCH : c === rival ? 1 / BATCH : 0, 6);
    });
  }
});

describe('a class that does not count for an image', () => {
  /** Several classes an image, and every fourth place difficult. */
  const truth = tensorOf([BATCH, CLASSES], (index) => (index % 4 === 1 ? 0.5 : Number(index % 3 === 0)));
  const rows = rowsOf(scores.data);
  const places = Array.from({ length: BATCH * CLASSES }, (_, index) => ({
    row: Math.floor(index / CLASSES),
    c: index % CLASSES,
    y: truth.data[index] ?? 0,
  }));
  const counted = places.filter(({ y }) => y !== 0.5);
  const margins = counted.map(({ row, c, y }) => hinge((2 * y - 1) * at(rows[row] ?? [], c)));
  const ranked = counted.flatMap((p) =>
    counted
      .filter((n) => p.y === 1 && n.y === 0 && n.c === p.c)
      .map((n) => hinge(at(rows[p.row] ?? [], p.c) - at(rows[n.row] ?? [], n.c))),
  );
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const expected = {
    hinge: sum(margins) / BATCH,
    'squared-hinge': sum(margins.map((margin) => margin ** 2)) / BATCH,
    'ranking-hinge': sum(ranked) / ranked.length,
  };

  test.each(['hinge', 'squared-hinge', 'ranking-hinge'] as const)(
    'is left out of %s, and moves nothing',
    async (name) => {
      const run = functionStep(`${name} with difficult objects`, { s: scores, y: truth }, (batch) => {
        const of = (values: Tensor): tf.Scalar => LOSSES[name](values as Tensor2D, batch.y as Tensor2D);
        return { loss: of(batch.s as Tensor), gradient: tf.grad(of)(batch.s as Tensor) };
      });
      await expectAgreement(run);
      const { loss, gradient } = await runOn(createOnnxExecutor({ threads: 1 }), run);
      expect(loss?.data[0]).toBeCloseTo(expected[name], 5);
      for (const { row, c, y } of places)
        if (y === 0.5) expect(Math.abs(gradient?.data[row * CLASSES + c] ?? 1)).toBe(0);
    },
  );
});
