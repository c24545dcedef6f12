import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGrid, type Grid } from '../../../core/grid/grid.ts';
import { digitAt } from '../../../core/space/locator.ts';
import { ABSENT_LABEL } from '../../../core/space/space.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import * as naive from '../../support/naive-space.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

/** Parameters whose small integers are all good values. */
const FACTORS = ['trainEpochs', 'scheduleEvery', 'weightDecay', 'biasRate', 'filterRadius'] as const;

const axisOf = (factor: string): fc.Arbitrary<naive.Naive> =>
  fc.oneof(
    fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }).map((v) => naive.axis(factor, v)),
    fc
      .record({
        from: fc.integer({ min: 1, max: 3 }),
        step: fc.integer({ min: 1, max: 2 }),
        count: fc.integer({ min: 2, max: 4 }),
      })
      .map(({ from, step, count }) => naive.range(factor, from, step, count)),
  );

/** A space over exactly these factors, or some of them inside a union. */
function spaceOver(factors: readonly string[], depth: number): fc.Arbitrary<naive.Naive> {
  if (factors.length === 1)
    return depth > 0 ? fc.oneof(axisOf(factors[0] as string), unionOver(factors, depth)) : axisOf(factors[0] as string);
  const split = fc.integer({ min: 1, max: factors.length - 1 });
  const asProduct = split.chain((at) =>
    fc
      .tuple(spaceOver(factors.slice(0, at), depth - 1), spaceOver(factors.slice(at), depth - 1))
      .map((parts) => naive.product(parts)),
  );
  const options = [asProduct, cellsOver(factors)];
  if (depth > 0) options.push(unionOver(factors, depth), zipOver(factors, depth));
  return fc.oneof(...options);
}

function unionOver(factors: readonly string[], depth: number): fc.Arbitrary<naive.Naive> {
  const part = fc.shuffledSubarray([...factors], { minLength: 1 }).chain((own) => spaceOver(own, depth - 1));
  return fc.array(part, { minLength: 1, maxLength: 3 }).map(naive.union);
}

/** Axes of equal length, of which the first tells the rows apart. */
function zipOver(factors: readonly string[], _: number): fc.Arbitrary<naive.Naive> {
  return fc
    .integer({ min: 1, max: 4 })
    .chain((length) =>
      fc
        .tuple(
          ...factors.map((factor, i) =>
            i === 0
              ? fc
                  .uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: length, maxLength: length })
                  .map((v) => naive.axis(factor, v))
              : fc
                  .array(fc.integer({ min: 1, max: 3 }), { minLength: length, maxLength: length })
                  .map((v) => naive.axis(factor, v)),
          ),
        )
        .map((parts) => naive.zip(parts)),
    );
}

function cellsOver(factors: readonly string[]): fc.Arbitrary<naive.Naive> {
  const row = fc
    .shuffledSubarray([...factors], { minLength: 1 })
    .chain((own) =>
      fc
        .tuple(...own.map(() => fc.integer({ min: 1, max: 3 })))
        .map((values) => Object.fromEntries(own.map((f, i) => [f, values[i] as number]))),
    );
  return fc
    .uniqueArray(row, { minLength: 1, maxLength: 6, selector: (r) => JSON.stringify(Object.entries(r).sort()) })
    .map(naive.cells);
}

/** A constraint as text and, independently, as a function. */
const constraint = fc
  .record({
    factor: fc.constantFrom(...FACTORS),
    other: fc.constantFrom(...FACTORS),
    limit: fc.integer({ min: 0, max: 12 }),
  })
  .map(({ factor, other, limit }) => ({
    text: `not (${factor} + ${other} > ${limit}) or ${factor} in [1, 3]`,
    keeps: (row: ReadonlyMap<string, string>) => {
      const [a, b] = [row.get(factor), row.get(other)];
      const above = a !== undefined && b !== undefined && Number(a) + Number(b) > limit;
      return !above || a === '1' || a === '3';
    },
    reads: [factor, other],
  }));

function rowOf(grid: Grid, index: number): Map<string, string> {
  return new Map(
    grid
      .labels(index)
      .filter(({ label }) => label !== ABSENT_LABEL)
      .map(({ factor, label }) => [factor, label]),
  );
}

const allowed = (grid: Grid): number[] => Array.from({ length: grid.size }, (_, i) => i).filter((i) => grid.allows(i));

describe('a space', () => {
  const scenario = fc.shuffledSubarray([...FACTORS], { minLength: 1 }).chain((factors) => spaceOver(factors, 3));

  it('has the configurations of the naive enumeration, in its order, each once', () => {
    fc.assert(
      fc.property(scenario, ({ yaml, rows }) => {
        const grid = createGrid(loadStudy(spaceStudyYaml({ space: yaml })));
        const expected = naive.distinct(rows).map(naive.keyOf);
        expect(allowed(grid).map((i) => naive.keyOf(rowOf(grid, i)))).toEqual(expected);
        expect(grid.countConfigurations()).toBe(expected.length);
      }),
      { numRuns: 120 },
    );
  });

  it('under a constraint has those that the constraint keeps', () => {
    fc.assert(
      fc.property(scenario, constraint, ({ yaml, rows }, { text, keeps, reads }) => {
        const known = new Set(rows.flatMap((row) => [...row.keys()]));
        fc.pre(reads.every((factor) => known.has(factor)));
        const expected = naive.distinct(rows).filter(keeps).map(naive.keyOf);
        fc.pre(expected.length > 0);
        const grid = createGrid(loadStudy(spaceStudyYaml({ space: yaml, where: text })));
        expect(allowed(grid).map((i) => naive.keyOf(rowOf(grid, i)))).toEqual(expected);
        expect(grid.countConfigurations()).toBe(expected.length);
      }),
      { numRuns: 80 },
    );
  });

  it('is a bijection: an index gives digits, and the digits the index', () => {
    fc.assert(
      fc.property(scenario, ({ yaml }) => {
        const study = loadStudy(spaceStudyYaml({ space: yaml }));
        const grid = createGrid(study);
        for (let i = 0; i < grid.size; i++) {
          const digits = grid.digits(i);
          if (grid.allows(i)) expect(grid.indexOf(digits)).toBe(i);
          else expect(grid.indexOf(digits)).toBeLessThan(i);
          expect(study.factors.map((_, factor) => digitAt(grid.locator(factor), i))).toEqual(digits);
        }
      }),
      { numRuns: 80 },
    );
  });
});

describe('a conditional factor', () => {
  it('is there where its condition holds, and else the configuration is there once without it', () => {
    const rows = (study: string) => {
      const grid = createGrid(loadStudy(study));
      return allowed(grid).map((i) => grid.title(i));
    };
    const factors = {
      optimiser: ['sgd', 'adam'],
      momentum: { values: [0, 0.9], when: 'optimiser == "sgd"' },
      biasRate: { values: [1, 2], when: 'momentum > 0' },
    };
    expect(rows(spaceStudyYaml({ factors }))).toEqual([
      'optimiser=sgd momentum=0',
      'optimiser=sgd momentum=0.9 biasRate=1',
      'optimiser=sgd momentum=0.9 biasRate=2',
      'optimiser=adam',
    ]);
    expect(createGrid(loadStudy(spaceStudyYaml({ factors }))).countConfigurations()).toBe(4);
  });

  it('leaves the shared parameter or the default to those who do not have it', () => {
    const study = loadStudy(
      spaceStudyYaml({
        factors: { optimiser: ['sgd', 'adam'], momentum: { values: [0.5], when: 'optimiser == "sgd"' } },
      }),
    );
    const grid = createGrid(study);
    expect(allowed(grid).map((i) => grid.parameters(i)['momentum'])).toEqual([0.5, undefined]);
  });
});

describe('a numeric range', () => {
  const values = (range: unknown) => {
    const grid = createGrid(loadStudy(spaceStudyYaml({ factors: { learningRate: range } })));
    return Array.from({ length: grid.size }, (_, i) => grid.parameters(i)['learningRate']);
  };

  it.each([
    [{ from: 0.1, to: 0.5, step: 0.1 }, [0.1, 0.2, 0.3, 0.4, 0.5]],
    [{ from: 0.1, to: 0.45, step: 0.1 }, [0.1, 0.2, 0.3, 0.4]],
    [{ from: 1, to: 2, count: 5 }, [1, 1.25, 1.5, 1.75, 2]],
    [{ from: 1e-4, to: 0.1, count: 4, scale: 'log' }, [1e-4, 1e-3, 1e-2, 0.1]],
    [{ from: 16, to: 256, count: 5, scale: 'log', integer: true }, [16, 32, 64, 128, 256]],
    [{ from: 1, to: 10, count: 4, integer: true }, [1, 4, 7, 10]],
  ])('%j is its numbers, without the noise of rounding', (range, expected) => {
    expect(values(range)).toEqual(expected);
  });
});

describe('a space of 10^7 cells', () => {
  it('is loaded, counted and read anywhere without being written down', () => {
    const factors = {
      learningRate: { from: 1e-6, to: 1, count: 1000, scale: 'log' },
      weightDecay: { from: 0, to: 0.999, count: 1000 },
      optimiser: ['sgd', 'adam'],
    };
    const yaml = spaceStudyYaml({ factors, seeds: [1, 2, 3, 4, 5] });
    const study = loadStudy(yaml);
    const grid = createGrid(study);
    expect(grid.cellBound).toBe(10_000_000);
    expect(grid.countConfigurations()).toBe(2_000_000);
    expect(JSON.stringify(study).length).toBeLessThan(2_000);
    const index = 1_234_567;
    expect(grid.indexOf(grid.digits(index))).toBe(index);
  });

  it('under a constraint over few factors visits only these', () => {
    const factors = {
      learningRate: { from: 1e-6, to: 1, count: 100_000, scale: 'log' },
      trainEpochs: { from: 1, to: 100, step: 1 },
    };
    const grid = createGrid(loadStudy(spaceStudyYaml({ factors, where: 'trainEpochs % 10 == 0' })));
    expect(grid.countConfigurations()).toBe(1_000_000);
  });
});
