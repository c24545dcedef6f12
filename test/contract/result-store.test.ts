import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ResultStore } from '../../coordinator/ports.ts';
import { recordId } from '../../proto/records.ts';
import { placeLocator } from '../support/locators.ts';
import { aside, batchOf, storedFailure, storedReport, storedResult } from '../support/stored-results.ts';
import { duckDbAdapter, memoryAdapter, type ResultStoreBench } from './result-store-adapters.ts';

/** Two factors: a (radix 3, stride 2) and b (radix 2, stride 1). */
const A = placeLocator(2, 3);
const B = placeLocator(1, 2);

describe.each([memoryAdapter, duckDbAdapter])('result store: $name', ({ create }) => {
  let bench: ResultStoreBench;
  let store: ResultStore;
  beforeEach(async () => {
    bench = await create();
    store = bench.store;
  });
  afterEach(() => bench[Symbol.asyncDispose]());

  test('a new one is empty', async () => {
    expect(await store.counts()).toEqual({ results: 0, quarantined: 0, superseded: 0 });
    expect(await store.result('s1', 0)).toBeUndefined();
    expect(await store.reports({ sweepId: 's1', limit: 10 })).toEqual([]);
    expect(await store.aggregate('s1', { factors: ['a'], locators: [A] }, ['testError'])).toEqual([]);
  });

  test('a committed result is read as it was', async () => {
    const result = storedResult({ cell: 2 ** 40, gridIndex: 2 ** 33, seed: 2 ** 32 - 1, sequence: 2 ** 45 });
    await store.commit(batchOf({ results: [result] }));
    expect(await store.result('s1', 2 ** 40)).toEqual(result);
    expect(await store.result('s2', 2 ** 40)).toBeUndefined();
    expect(await store.results('s1', [1, 2 ** 40])).toEqual(new Map([[2 ** 40, result]]));
    expect(await store.results('s1', [])).toEqual(new Map());
  });

  test('a repeated commit changes nothing', async () => {
    const batch = batchOf({
      results: [storedResult({ cell: 1 }), storedResult({ cell: 1 }), storedResult({ cell: 2 })],
      reports: [storedReport(1, 1, 1), storedReport(1, 1, 1)],
      failures: [storedFailure(3, 1), storedFailure(3, 1)],
      setAside: [aside('superseded', 'x'), aside('superseded', 'x'), aside('quarantined', 'y')],
    });
    await store.commit(batch);
    await store.commit(batch);
    await store.commit(batchOf({ results: [storedResult({ cell: 2, sequence: 77 })] }));
    expect(await store.counts()).toEqual({ results: 2, quarantined: 1, superseded: 1 });
    expect(await store.result('s1', 2)).toMatchObject({ sequence: 3 });
    expect(await store.reports({ sweepId: 's1', limit: 10 })).toHaveLength(1);
    const [group] = await store.aggregate('s1', { factors: [], locators: [] }, ['testError']);
    expect(group?.aggregate.n).toBe(2);
  });

  test('what was accepted is told by cell, without the records', async () => {
    const [one, two] = [storedResult({ cell: 1 }), storedResult({ cell: 2 })];
    await store.commit(batchOf({ results: [one, two] }));
    const keys = [one, two].map((result) => [
      result.cell,
      { attempt: result.record.attempt, contentHash: result.contentHash },
    ]);
    expect([...(await store.accepted('s1'))].toSorted()).toEqual(keys);
    expect(await store.accepted('s2')).toEqual(new Map());
  });

  test('a result that is overruled is set aside, and its cell may have another one', async () => {
    const result = storedResult({ cell: 1 });
    const id = recordId(result.record);
    await store.commit(batchOf({ results: [result, storedResult({ cell: 2 })] }));
    await store.overrule(
      [
        { sweepId: 's1', cell: 1 },
        { sweepId: 's1', cell: 7 },
      ],
      5,
    );
    expect(await store.result('s1', 1)).toBeUndefined();
    expect(await store.counts()).toEqual({ results: 1, quarantined: 0, superseded: 1 });
    expect(await store.dispositions([id])).toEqual(new Map([[id, 'superseded']]));
    const [group] = await store.aggregate('s1', { factors: [], locators: [] }, ['testError']);
    expect(group?.aggregate.n).toBe(1);
    await store.commit(batchOf({ results: [storedResult({ cell: 1, metrics: { testError: 1 } })] }));
    expect(await store.result('s1', 1)).toMatchObject({ record: { metrics: { testError: 1 } } });
  });

  test('results are found by the keys of their trials: the first that was trained, in another sweep', async () => {
    const reusedFrom = { sweepId: 's1', cell: 3, attempt: 1 };
    const first = storedResult({ cell: 3, trialKey: 'a', committedAt: 20 });
    const results = [
      first,
      storedResult({ cell: 1, trialKey: 'a', committedAt: 30 }),
      storedResult({ sweepId: 's2', cell: 0, trialKey: 'a', committedAt: 20 }),
      storedResult({ sweepId: 's2', cell: 1, trialKey: 'b', committedAt: 5 }),
      storedResult({ sweepId: 's0', cell: 8, trialKey: 'a', committedAt: 10, reusedFrom }),
      storedResult({ sweepId: 's0', cell: 9, committedAt: 1 }),
    ];
    await store.commit(batchOf({ results }));
    expect(await store.withTrialKeys(['a', 'b', 'c'], 's3')).toEqual(
      new Map([
        ['a', first],
        ['b', results[3]],
      ]),
    );
    expect(await store.withTrialKeys(['a', 'b'], 's1')).toEqual(
      new Map([
        ['a', results[2]],
        ['b', results[3]],
      ]),
    );
    expect(await store.withTrialKeys(['', 'undefined', 'null'], 's3')).toEqual(new Map());
    expect(await store.withTrialKeys([], 's3')).toEqual(new Map());
    expect(await store.result('s0', 8)).toEqual(results[4]);
    await store.overrule([{ sweepId: 's1', cell: 3 }], 5);
    expect((await store.withTrialKeys(['a'], 's3')).get('a')).toEqual(results[2]);
  });

  test('a record is settled only once it is in the table', async () => {
    expect(await store.dispositions(['s1.3.1.failure', 'x'])).toEqual(new Map());
    await store.commit(
      batchOf({ failures: [storedFailure(3, 1)], setAside: [aside('superseded', 'x'), aside('quarantined', 'y')] }),
    );
    const found = await store.dispositions([
      's1.3.1.failure',
      's1.3.2.failure',
      's2.3.1.failure',
      'x',
      'y',
      'nonsense',
    ]);
    expect([...found].sort()).toEqual([
      ['s1.3.1.failure', 'committed'],
      ['x', 'superseded'],
      ['y', 'quarantined'],
    ]);
    expect(await store.dispositions([])).toEqual(new Map());
  });

  test('a result that contradicts the accepted one is quarantined', async () => {
    const accepted = storedResult({ cell: 1, metrics: { testError: 10 } });
    const other = storedResult({ cell: 1, metrics: { testError: 20, trainError: 5 }, sequence: 50 });
    await store.commit(batchOf({ results: [accepted] }));
    await store.commit(batchOf({ results: [other, storedResult({ cell: 2 })] }));
    await store.commit(batchOf({ results: [other] }));
    expect(await store.result('s1', 1)).toEqual(accepted);
    expect(await store.counts()).toEqual({ results: 2, quarantined: 1, superseded: 0 });
    expect(await store.aggregate('s1', { factors: [], locators: [] }, ['trainError'])).toEqual([]);
  });

  test('of two results for a cell in one batch the first is accepted', async () => {
    const first = storedResult({ cell: 1, metrics: { testError: 10 } });
    await store.commit(batchOf({ results: [first, storedResult({ cell: 1, metrics: { testError: 11 } })] }));
    expect(await store.result('s1', 1)).toEqual(first);
    expect(await store.counts()).toMatchObject({ results: 1, quarantined: 1 });
  });

  test('aggregates group by any factors', async () => {
    const values = [10, 20, 30, 40, 50, 60];
    const results = values.flatMap((testError, gridIndex) =>
      [0, 1].map((seed) =>
        storedResult({ cell: seed * 6 + gridIndex, gridIndex, seed, metrics: { testError: testError + seed } }),
      ),
    );
    await store.commit(batchOf({ results: [...results, storedResult({ sweepId: 'other', cell: 0 })] }));

    const std = expect.closeTo(Math.sqrt(1 / 2), 12);
    expect(await store.aggregate('s1', { factors: ['b', 'a'], locators: [B, A] }, ['testError', 'trainLoss'])).toEqual(
      [10, 30, 50, 20, 40, 60].map((value, i) => ({
        digits: [Math.floor(i / 3), i % 3],
        metric: 'testError',
        aggregate: { n: 2, mean: value + 0.5, std, min: value, max: value + 1 },
      })),
    );
    const byA = await store.aggregate('s1', { factors: ['a'], locators: [A] }, ['testError']);
    expect(byA.map(({ digits, aggregate }) => [digits, aggregate.n, aggregate.mean])).toEqual([
      [[0], 4, 15.5],
      [[1], 4, 35.5],
      [[2], 4, 55.5],
    ]);
    const [all] = await store.aggregate('s1', { factors: [], locators: [] }, ['testError']);
    expect(all).toMatchObject({ digits: [], aggregate: { n: 12, mean: 35.5, min: 10, max: 61 } });
  });

  test('metrics are aggregated apart, in the order of their names', async () => {
    await store.commit(batchOf({ results: [storedResult({ cell: 0, metrics: { trainLoss: 2, testError: 1 } })] }));
    const groups = await store.aggregate('s1', { factors: ['a'], locators: [A] }, [
      'trainLoss',
      'testError',
      'trainLoss',
    ]);
    expect(groups.map(({ metric, aggregate }) => [metric, aggregate])).toEqual([
      ['testError', { n: 1, mean: 1, min: 1, max: 1 }],
      ['trainLoss', { n: 1, mean: 2, min: 2, max: 2 }],
    ]);
    expect(await store.aggregate('s1', { factors: [], locators: [] }, [])).toEqual([]);
  });

  test('values near overflow give no infinity and no NaN', async () => {
    const results = [1e200, -1e200, 1.7e308, 1.7e308, 1e-320].map((trainLoss, cell) =>
      storedResult({ cell, metrics: { trainLoss } }),
    );
    await store.commit(batchOf({ results }));
    const [group] = await store.aggregate('s1', { factors: [], locators: [] }, ['trainLoss']);
    expect(group?.aggregate).toMatchObject({ n: 5, min: -1e200, max: 1.7e308 });
    expect(Object.values(group?.aggregate ?? {}).every(Number.isFinite)).toBe(true);
    expect(group?.aggregate.std).toBeUndefined();
  });

  test('reports are paged in the order of cell, attempt and epoch', async () => {
    const points = [2, 10, 1].flatMap((cell) =>
      [1, 2].flatMap((attempt) => [3, 1, 2].map((epoch) => [cell, attempt, epoch] as const)),
    );
    await store.commit(
      batchOf({ reports: points.map(([cell, attempt, epoch]) => storedReport(cell, attempt, epoch)) }),
    );
    await store.commit(batchOf({ reports: [storedReport(1, 1, 1, 'other')] }));

    const wanted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    const read: (readonly [number, number, number])[] = [];
    for (let after: { cell: number; attempt: number; trainEpoch: number } | undefined; ; ) {
      const page = await store.reports({ sweepId: 's1', limit: 4, ...(after ? { after } : {}) });
      read.push(...page.map(({ cell, attempt, trainEpoch }) => [cell, attempt, trainEpoch] as const));
      if (page.length < 4) break;
      after = page.at(-1);
    }
    expect(read).toEqual(wanted);

    const ofTwo = await store.reports({
      sweepId: 's1',
      cells: [2],
      after: { cell: 2, attempt: 1, trainEpoch: 2 },
      limit: 2,
    });
    expect(ofTwo).toEqual([
      { cell: 2, attempt: 1, trainEpoch: 3, metrics: { trainLoss: 1 / 3 } },
      { cell: 2, attempt: 2, trainEpoch: 1, metrics: { trainLoss: 1 } },
    ]);
  });

  test('commits and readings that overlap do not disturb each other', async () => {
    const commits = Array.from({ length: 40 }, (_, i) =>
      store.commit(batchOf({ results: [storedResult({ cell: i }), storedResult({ cell: 39 - i })] })),
    );
    const readings = Array.from({ length: 40 }, () => store.counts());
    await Promise.all(commits);
    for (const counts of await Promise.all(readings)) expect(counts.results).toBeLessThanOrEqual(40);
    expect(await store.counts()).toMatchObject({ results: 40, quarantined: 0 });
  });
});
