import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { TickworkError } from '../../../core/errors.ts';
import { aggregate } from '../../../core/statistics/aggregate.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { EMPTY_CLUSTER, type SweepState } from '../../../core/sweep/state.ts';
import { sweepsOf } from '../../../core/sweep/sweeps.ts';
import { createGrouping, groupOf } from '../../../core/table/grouping.ts';
import { buildTable } from '../../../core/table/table.ts';

const yaml = readFileSync(new URL('../../../studies/demo.yaml', import.meta.url), 'utf8');
const study = loadStudy(yaml);

function sweepAfter(...events: SweepEvent[]): SweepState {
  const submitted: SweepEvent = {
    type: 'sweep-submitted',
    sweepId: 's',
    requestId: 'r',
    study,
    studyYaml: yaml,
    total: 14,
    at: 0,
  };
  return [submitted, ...events].reduce(evolve, EMPTY_CLUSTER).sweeps.get('s') as SweepState;
}

const leased = (cell: number): SweepEvent => ({
  type: 'trial-leased',
  sweepId: 's',
  cell,
  attempt: 1,
  leaseId: `${cell}`,
  worker: 'w',
  epoch: 0,
  at: 1,
});
const succeeded = (cell: number): SweepEvent[] => [
  leased(cell),
  { type: 'trial-succeeded', sweepId: 's', cell, attempt: 1, worker: 'w', contentHash: 'h', at: 2 },
];
const failed = (cell: number): SweepEvent[] => [
  leased(cell),
  {
    type: 'trial-failed',
    sweepId: 's',
    cell,
    attempt: 1,
    worker: 'w',
    kind: 'diverged',
    message: 'loss is NaN',
    at: 2,
  },
];

describe('a table', () => {
  const all = createGrouping(study, sweepAfter().grid, []);

  it('has a row for each configuration that the constraint keeps, in the order of the grid', () => {
    const table = buildTable(sweepAfter(), all, ['testError'], []);
    expect(table.rows.map((row) => row.levels.map((l) => l.label))).toEqual([
      ['A', 'S=32'],
      ['A-LRN', 'S=32'],
      ['B', 'S=32'],
      ['C', 'S=32'],
      ['D', 'S=32'],
      ['D', 'S=[32;64]'],
      ['E', 'S=32'],
    ]);
    expect(table.rows.map((row) => [row.n, row.expected])).toEqual(Array(7).fill([0, 2]));
    expect(table.complete).toBe(false);
    expect(table.rows.map((row) => row.weightLayers)).toEqual([11, 11, 13, 16, 16, 16, 19]);
    expect(table.rows.map((row) => row.parameters)).toEqual([
      236_074, 236_074, 238_978, 248_354, 322_082, 322_082, 405_186,
    ]);
    expect(table.rows[5]?.shown).toEqual([
      { factor: 'trainScale', label: '[32;64]' },
      { factor: 'testScale', label: '48' },
    ]);
  });

  it('shows the published row beside ours, with its source, and only where it belongs', () => {
    const table = buildTable(sweepAfter(), all, ['testError'], []);
    expect(table.rows.map((row) => row.published.map((p) => p.value))).toEqual([
      [29.6, 10.4],
      [29.7, 10.5],
      [28.7, 9.9],
      [28.1, 9.4],
      [27, 8.8],
      [25.6, 8.1],
      [27.3, 9],
    ]);
    expect(table.publishedSource).toContain('1409.1556');
    const coarse = buildTable(sweepAfter(), createGrouping(study, sweepAfter().grid, ['config']), ['testError'], []);
    expect(coarse.rows.every((row) => row.published.length === 0)).toBe(true);
  });

  it('says why n is short: failures by kind, never as numbers (I5)', () => {
    const sweep = sweepAfter(...succeeded(0), ...failed(12));
    const table = buildTable(
      sweep,
      all,
      ['testError'],
      [{ digits: [0, 0], metric: 'testError', aggregate: aggregate([12.5]) }],
    );
    expect(table.rows[0]).toMatchObject({
      n: 1,
      expected: 2,
      counts: { succeeded: 1, failed: 1, pending: 0 },
      failures: [{ kind: 'diverged', count: 1, example: 'loss is NaN' }],
      aggregates: [{ metric: 'testError', n: 1, mean: 12.5 }],
    });
    expect(table.rows[0]?.aggregates[0]).not.toHaveProperty('std');
    expect(table.rows[1]).toMatchObject({ n: 0, counts: { pending: 2 }, failures: [] });
  });

  it('counts the cells of a cancelled sweep as cancelled', () => {
    const state = succeeded(0).reduce(evolve, { ...EMPTY_CLUSTER, sweeps: sweepsOf([sweepAfter()]) });
    const decision = decide(state, { type: 'cancel-sweep', requestId: 'x', sweepId: 's' }, 3, { costOf: () => 1 });
    const sweep = (decision.ok ? decision.events : []).reduce(evolve, state).sweeps.get('s') as SweepState;
    const counts = buildTable(sweep, all, ['testError'], []).rows.map((row) => row.counts);
    expect(counts[0]).toMatchObject({ succeeded: 1, cancelled: 1, pending: 0 });
    expect(counts[1]).toMatchObject({ succeeded: 0, cancelled: 2, pending: 0 });
  });

  it('groups by any factors, and refuses unknown ones by field', () => {
    const { grid } = sweepAfter();
    const byScale = createGrouping(study, grid, ['scale']);
    expect([0, 1, 2, 9].map((i) => groupOf(byScale, i))).toEqual([[0], [1], [0], [1]]);
    const table = buildTable(sweepAfter(), byScale, ['testError'], []);
    expect(table.rows.map((row) => row.expected)).toEqual([12, 2]);
    expect(table.rows[0]).not.toHaveProperty('weightLayers');
    expect(() => createGrouping(study, grid, ['depth'])).toThrow(TickworkError);
    expect(() => createGrouping(study, grid, ['scale', 'scale'])).toThrow(/once/);
  });
});

describe('an aggregate', () => {
  it('has no spread below two values, and nothing at all below one', () => {
    expect(aggregate([])).toEqual({ n: 0 });
    expect(aggregate([3])).toEqual({ n: 1, mean: 3, min: 3, max: 3 });
    expect(aggregate([1, 2, 3, 4])).toEqual({ n: 4, mean: 2.5, min: 1, max: 4, std: Math.sqrt(5 / 3) });
  });

  it('is stable for values far from zero', () => {
    expect(aggregate([1e9 + 1, 1e9 + 2, 1e9 + 3]).std).toBeCloseTo(1, 6);
  });
});
