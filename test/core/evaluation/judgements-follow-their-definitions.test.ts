import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { averagePrecision11 } from '../../../core/evaluation/average-precision.ts';
import { confusionMatrix, recalls } from '../../../core/evaluation/confusion.ts';
import { judge } from '../../../core/evaluation/judge.ts';
import { rankOf } from '../../../core/evaluation/rank.ts';

const all = (): boolean => true;

describe('average precision at 11 points', () => {
  /** Relevance of images in the order of their scores. */
  const ranked = (...labels: readonly number[]): number | undefined =>
    averagePrecision11(
      labels.map((_, index) => -index),
      labels.map((label) => (label === 1 ? 1 : -1)),
    );

  test('is the golden value of the lecture’s reference', () => {
    expect(ranked(1, 0, 1, 1, 0, 0, 1, 0)).toBeCloseTo(0.769481, 6);
  });

  test('is 1 when all positives come first, and what is left when they come last', () => {
    expect(ranked(1, 1, 1, 0, 0)).toBe(1);
    expect(ranked(0, 0, 0, 1)).toBeCloseTo(0.25, 12);
  });

  test('reaches a recall that floating point made a little less: 3 of 10 is 0.3', () => {
    const labels = [1, 1, 1, ...Array(90).fill(0), ...Array(7).fill(1)];
    // Precision 1 at the recalls 0 to 0.3, and 10/100 at the seven others.
    expect(ranked(...labels)).toBeCloseTo((4 + 7 * 0.1) / 11, 12);
  });

  test('leaves difficult images out of the ranking, wherever they stand', () => {
    const relevance = [1, -1, 1, 1, -1, -1, 1, -1];
    const scores = relevance.map((_, index) => 10 - index);
    for (const score of [100, 7.5, -100]) {
      expect(averagePrecision11([...scores, score], [...relevance, 0])).toBeCloseTo(0.769481, 6);
    }
  });

  test('keeps the order of images with equal scores, and has no value without positives', () => {
    expect(averagePrecision11([1, 1, 1], [1, -1, -1])).toBe(1);
    expect(averagePrecision11([1, 1, 1], [-1, -1, 1])).toBeCloseTo(1 / 3, 12);
    expect(averagePrecision11([1, 2], [-1, 0])).toBeUndefined();
  });

  test('is the mean of the best precisions, by its definition', () => {
    const image = fc.record({ score: fc.integer({ min: 0, max: 5 }), positive: fc.boolean() });
    void fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 40 }), (images) => {
        const order = images
          .map((one, index) => ({ ...one, index }))
          .sort((a, b) => b.score - a.score || a.index - b.index);
        const positives = order.filter(({ positive }) => positive).length;
        const points = order.map((_, index) => {
          const hits = order.slice(0, index + 1).filter(({ positive }) => positive).length;
          return { recall: hits / positives, precision: hits / (index + 1) };
        });
        const best = (t: number): number =>
          Math.max(0, ...points.filter(({ recall }) => recall >= t - 1e-9).map(({ precision }) => precision));
        const expected = Array.from({ length: 11 }, (_, i) => best(i / 10)).reduce((a, b) => a + b, 0) / 11;
        const actual = averagePrecision11(
          images.map(({ score }) => score),
          images.map(({ positive }) => (positive ? 1 : -1)),
        );
        if (positives === 0) expect(actual).toBeUndefined();
        else expect(actual).toBeCloseTo(expected, 10);
      }),
    );
  });
});

test('the rank of a class counts what is higher, and of equals what comes before', () => {
  expect([0, 1, 2, 3].map((label) => rankOf([0.2, 0.5, 0.2, 0.1], label))).toEqual([1, 0, 2, 3]);
});

test('rows of a confusion matrix are the classes’ images, its trace the hits', () => {
  const images = fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { maxLength: 60 });
  void fc.assert(
    fc.property(images, (pairs) => {
      const [labels, predictions] = [pairs.map(([label]) => label), pairs.map(([, prediction]) => prediction)];
      const matrix = confusionMatrix(labels, predictions, 4);
      const count = (label: number): number => labels.filter((one) => one === label).length;
      expect(matrix.map((row) => row.reduce((a, b) => a + b, 0))).toEqual([0, 1, 2, 3].map(count));
      const hits = pairs.filter(([label, prediction]) => label === prediction).length;
      expect(matrix.reduce((sum, row, label) => sum + (row[label] ?? 0), 0)).toBe(hits);
      expect(recalls(matrix).map((recall) => recall === undefined)).toEqual([0, 1, 2, 3].map((l) => count(l) === 0));
    }),
  );
});

describe('a judgement', () => {
  // Four images of three classes.
  const votes = Float64Array.of(0.5, 0.3, 0.2, 0.4, 0.4, 0.2, 0.1, 0.2, 0.7, 0.2, 0.5, 0.3);
  const labels = [0, 1, 1, 2];

  test('counts an error by k, and none where every class would be a hit', () => {
    const { topErrors } = judge(votes, { labels }, 3, all);
    expect(topErrors).toEqual({ 1: 75, 2: 0, 3: undefined, 5: undefined });
  });

  test('has recalls, confusions and precisions by class, and their means', () => {
    const judgement = judge(votes, { labels }, 4 - 1, all);
    expect(judgement.perClass.confusion).toEqual([
      [1, 0, 0],
      [1, 0, 1],
      [0, 1, 0],
    ]);
    expect(judgement.perClass.recall).toEqual([100, 0, 0]);
    expect(judgement.meanRecall).toBeCloseTo(100 / 3, 10);
    // Class 1 is ranked 3, 1, 0, 2 and shown by 1 and 2: precision 1/2 at recall 1/2, 2/4 at 1.
    expect(judgement.perClass.averagePrecision).toEqual([100, 50, 50]);
    expect(judgement.meanAveragePrecision).toBeCloseTo(200 / 3, 10);
  });

  test('leaves out images that were not shown, and classes without images', () => {
    const judgement = judge(votes, { labels }, 3, (image) => image !== 3);
    expect(judgement.topErrors[1]).toBeCloseTo(200 / 3, 10);
    expect(judgement.perClass.recall).toEqual([100, 0, null]);
    expect(judgement.perClass.averagePrecision[2]).toBeNull();
    expect(judgement.meanRecall).toBe(50);
  });

  test('of images of several classes asks whether any of the highest is there; difficult ones count for nothing', () => {
    const targets = Int8Array.of(1, 1, -1, -1, 1, 0, 0, 1, -1, 1, -1, 1);
    const judgement = judge(votes, { labels, targets }, 3, all);
    expect(judgement.topErrors).toMatchObject({ 1: 75, 2: 0 });
    expect(judgement.meanRecall).toBeUndefined();
    // Without the difficult image 2, class 0 is ranked yes, no, yes: precision 1 up to recall 1/2, then 2/3.
    const [first = 0, ...others] = judgement.perClass.averagePrecision;
    expect(first).toBeCloseTo((100 * (6 + 5 * (2 / 3))) / 11, 10);
    expect(others).toEqual([75, 50]);
    expect(Object.keys(judgement.perClass)).toEqual(['averagePrecision']);
  });

  test('of an image that shows no class for sure says neither right nor wrong', () => {
    const targets = Int8Array.of(1, -1, -1, -1, 0, -1, -1, -1, -1, 1, -1, -1);
    expect(judge(votes, { labels, targets }, 3, all).topErrors).toMatchObject({ 1: 50, 2: 50 });
    const nothing = new Int8Array(12).fill(-1);
    expect(judge(votes, { labels, targets: nothing }, 3, all).topErrors[1]).toBeUndefined();
  });
});
