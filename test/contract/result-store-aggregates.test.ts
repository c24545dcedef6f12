import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MetricName } from '../../core/catalogue/metrics.ts';
import { createGrid, gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import { strides } from '../../core/grid/mixed-radix.ts';
import { loadStudy } from '../../core/study/load-study.ts';
import type { GroupedAggregate } from '../../core/table/grouping.ts';
import { createGrouping } from '../../core/table/grouping.ts';
import { createPairing, type Pairing } from '../../core/table/pairing.ts';
import { placeLocator } from '../support/locators.ts';
import { batchOf, storedResult } from '../support/stored-results.ts';
import { spaceStudyYaml } from '../support/studies.ts';
import { duckDbAdapter, memoryAdapter } from './result-store-adapters.ts';

const METRICS: readonly MetricName[] = ['testError', 'trainLoss'];

/** A grid, some of its cells with values, and a choice of factors in any order. */
const scenario = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }).chain((radices) =>
  fc.record({
    radices: fc.constant(radices),
    cells: fc.uniqueArray(fc.nat({ max: 3 * radices.reduce((a, b) => a * b) - 1 }), { maxLength: 80 }),
    values: fc.infiniteStream(
      fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e9, max: 1e9 + 1, noNaN: true })),
    ),
    factors: fc.shuffledSubarray(radices.map((_, i) => i)),
  }),
);

test('DuckDB and core/statistics agree on every grouping of random data', async () => {
  await using memory = await memoryAdapter.create();
  await using duckDb = await duckDbAdapter.create();
  let run = 0;
  await fc.assert(
    fc.asyncProperty(scenario, async ({ radices, cells, values, factors }) => {
      const sweepId = `sweep-${run++}`;
      const size = radices.reduce((a, b) => a * b);
      const results = cells.map((cell) => {
        const [testError, trainLoss] = [values.next().value as number, values.next().value as number];
        return storedResult({
          sweepId,
          cell,
          gridIndex: cell % size,
          seed: Math.floor(cell / size),
          metrics: { testError, trainLoss },
        });
      });
      const places = strides(radices);
      const grouping = {
        factors: factors.map((i) => `f${i}`),
        locators: factors.map((i) => placeLocator(places[i] as number, radices[i] as number)),
      };
      const tables: (readonly GroupedAggregate[])[] = [];
      for (const { store } of [memory, duckDb]) {
        await store.commit(batchOf({ results }));
        tables.push(await store.aggregate(sweepId, grouping, METRICS));
      }
      const [expected, got] = tables as [readonly GroupedAggregate[], readonly GroupedAggregate[]];
      expect(got.map(identity)).toEqual(expected.map(identity));
      for (const [i, group] of got.entries()) expectClose(group, expected[i] as GroupedAggregate);
    }),
    { numRuns: 60 },
  );
});

test('DuckDB and core/space agree on the levels of unions, zips, cells and conditional factors', async () => {
  await using memory = await memoryAdapter.create();
  await using duckDb = await duckDbAdapter.create();
  const space = {
    union: [
      { optimiser: ['sgd'], momentum: [0, 0.5, 0.9], biasRate: { values: [1, 2], when: 'momentum > 0' } },
      { product: [{ optimiser: ['adam'] }, { zip: { trainEpochs: [3, 1, 2], biasRate: [2, 2, 1] } }] },
      { cells: [{ optimiser: 'adam', trainEpochs: 7 }, { biasRate: 5 }, { optimiser: 'sgd' }] },
    ],
  };
  const study = loadStudy(spaceStudyYaml({ space, seeds: [1, 2] }));
  const grid = createGrid(study);
  const results = Array.from({ length: grid.cellBound }, (_, cell) => cell)
    .filter((cell) => grid.allows(gridIndexOf(grid, cell)))
    .map((cell) => {
      const gridIndex = gridIndexOf(grid, cell);
      return storedResult({ sweepId: 's', cell, gridIndex, seed: seedOf(grid, cell), metrics: { testError: cell } });
    });
  for (const { store } of [memory, duckDb]) await store.commit(batchOf({ results }));
  for (const names of [['optimiser'], ['biasRate', 'momentum'], ['trainEpochs', 'biasRate', 'optimiser'], []]) {
    const grouping = createGrouping(study, grid, names);
    const expected = await memory.store.aggregate('s', grouping, ['testError']);
    expect((await duckDb.store.aggregate('s', grouping, ['testError'])).map(identity)).toEqual(expected.map(identity));
    expect(expected.reduce((n, group) => n + group.aggregate.n, 0)).toBe(results.length);
  }
});

test('differences from the base row are paired by seed and by the factors outside the base, in both stores alike', async () => {
  await using memory = await memoryAdapter.create();
  await using duckDb = await duckDbAdapter.create();
  const ablation = { components: { dropout: { with: 0.5, without: 0 }, momentum: { with: 0.9, without: 0 } } };
  const study = loadStudy(spaceStudyYaml({ factors: { config: ['A', 'B'] }, seeds: [7, 3, 5], extra: { ablation } }));
  const grid = createGrid(study);
  /** Noise that a seed and a configuration share cancels; leaving dropout out costs 1 in A and 2 in B, momentum 10. */
  const value = (gridIndex: number, seed: number): number => {
    const label = Object.fromEntries(grid.labels(gridIndex).map((level) => [level.factor, level.label]));
    const noise = seed * 100 + (label['config'] === 'A' ? 0 : 1000 * seed);
    return (
      noise + (label['dropout'] === '0' ? (label['config'] === 'A' ? 1 : 2) : 0) + (label['momentum'] === '0' ? 10 : 0)
    );
  };
  const missing = grid.size + 3;
  const results = Array.from({ length: grid.cellBound }, (_, cell) => cell)
    .filter((cell) => cell !== missing)
    .map((cell) => {
      const [gridIndex, seed] = [gridIndexOf(grid, cell), seedOf(grid, cell)];
      return storedResult({ sweepId: 's', cell, gridIndex, seed, metrics: { testError: value(gridIndex, seed) } });
    });
  const pairing = createPairing(study, grid) as Pairing;
  for (const { store } of [memory, duckDb]) {
    await store.commit(batchOf({ results }));
    const byRow = createGrouping(study, grid, ['config', 'dropout', 'momentum']);
    const found = await store.aggregateDifferences('s', byRow, pairing, ['testError']);
    const means = found.map(({ digits, aggregate: { n, mean, std } }) => [digits.join(''), n, mean, std]);
    // The base cell of B with seed 3 is missing, and with it the pair of its row.
    expect(means).toEqual([
      ['000', 3, 0, 0],
      ['001', 3, 10, 0],
      ['010', 3, 1, 0],
      ['100', 2, 0, 0],
      ['101', 2, 10, 0],
      ['110', 2, 2, 0],
    ]);
    const byDropout = await store.aggregateDifferences('s', createGrouping(study, grid, ['dropout']), pairing, [
      'testError',
    ]);
    expect(byDropout.map(({ aggregate: { n, max } }) => [n, max])).toEqual([
      [10, 10],
      [5, 2],
    ]);
  }
});

/** What has to be the same to the bit. */
function identity({ digits, metric, aggregate: { n, min, max, std } }: GroupedAggregate) {
  return { digits, metric, n, min, max, hasStd: std !== undefined };
}

/** Means and deviations may differ by rounding, relative to the size of the values. */
function expectClose(got: GroupedAggregate, expected: GroupedAggregate): void {
  const { min = 0, max = 0 } = expected.aggregate;
  const tolerance = 1e-12 * Math.max(1, Math.abs(min), Math.abs(max));
  for (const field of ['mean', 'std'] as const) {
    const difference = Math.abs((got.aggregate[field] ?? 0) - (expected.aggregate[field] ?? 0));
    expect(difference, `${field} of ${JSON.stringify(expected)}`).toBeLessThanOrEqual(tolerance * 10);
  }
}
