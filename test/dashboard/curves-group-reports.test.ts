import { expect, test } from 'vitest';
import type { Report, Trial } from '../../dashboard/src/api/client.ts';
import { curveGroupsOf, metricsOf, seedsOf } from '../../dashboard/src/curves/curves.ts';

const trial = (cell: number, config: string, seed: number) =>
  ({ cell, seed, levels: [{ factor: 'config', label: config }] }) as unknown as Trial;
const report = (cell: number, attempt: number, trainEpoch: number, value: number | null): Report => ({
  cell,
  attempt,
  trainEpoch,
  metrics: [{ name: 'trainLoss', value }],
});

const trials = [trial(0, 'A', 1), trial(1, 'B', 1), trial(2, 'A', 2), trial(3, 'B', 10)];

test('a configuration is one group with a curve for each seed, epochs in order', () => {
  const reports = [report(2, 1, 1, 0.8), report(0, 1, 2, 0.5), report(0, 1, 1, 0.9), report(3, 1, 1, 0.7)];
  const groups = curveGroupsOf(reports, trials, 'trainLoss');
  expect(groups).toEqual([
    {
      title: 'A',
      index: 0,
      curves: [
        {
          seed: '1',
          points: [
            [1, 0.9],
            [2, 0.5],
          ],
        },
        { seed: '2', points: [[1, 0.8]] },
      ],
    },
    { title: 'B', index: 1, curves: [{ seed: '10', points: [[1, 0.7]] }] },
  ]);
  expect(seedsOf(groups)).toEqual(['1', '2', '10']);
});

test('an attempt that was given up leaves no points, and a value that JSON could not say leaves a gap', () => {
  const reports = [report(0, 1, 1, 9), report(0, 1, 2, 8), report(0, 2, 1, 0.9), report(0, 2, 2, null)];
  expect(curveGroupsOf(reports, trials, 'trainLoss')).toEqual([
    { title: 'A', index: 0, curves: [{ seed: '1', points: [[1, 0.9]] }] },
  ]);
});

test('a report of a cell that is not listed is shown under its number, not dropped', () => {
  expect(curveGroupsOf([report(77, 1, 1, 0.3)], trials, 'trainLoss')).toMatchObject([{ title: 'cell 77', index: 2 }]);
});

test('metrics are those that have a value somewhere', () => {
  expect(metricsOf([report(0, 1, 1, null)])).toEqual([]);
  expect(metricsOf([report(0, 1, 1, null), report(0, 1, 2, 1)])).toEqual(['trainLoss']);
});
