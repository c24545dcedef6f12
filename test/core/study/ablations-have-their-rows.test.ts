import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TickworkError } from '../../../core/errors.ts';
import { createGrid } from '../../../core/grid/grid.ts';
import { planStudy } from '../../../core/plan/plan.ts';
import { differencesFromBase } from '../../../core/study/base-row.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import { ABLATION_DESIGNS } from '../../../core/study/read-ablation.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

const NAMES = ['dropout', 'momentum', 'biasRate', 'weightDecay', 'filterRadius'];
const components = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { with: 0.5, without: 0 }]));
const load = (ablation: unknown, extra: Readonly<Record<string, unknown>> = {}) =>
  loadStudy(spaceStudyYaml({ extra: { ablation, ...extra } }));

/** The components each row has, in the order of the grid. */
function rowsOf(study: ReturnType<typeof load>): string[] {
  const grid = createGrid(study);
  return Array.from({ length: grid.size }, (_, i) =>
    grid
      .labels(i)
      .filter(({ label }) => label === '0.5')
      .map(({ factor }) => factor)
      .join('+'),
  );
}

describe('an ablation', () => {
  it.each([
    ['full', ['leave-one-out'], ['a+b+c', 'b+c', 'a+c', 'a+b']],
    ['none', ['add-one-in'], ['', 'a', 'b', 'c']],
    ['none', ['leave-one-out'], ['', 'a+b+c', 'b+c', 'a+c', 'a+b']],
    ['full', ['add-one-in'], ['a+b+c', '', 'a', 'b', 'c']],
    ['full', ['pairwise'], ['a+b+c', 'b+c', 'a+c', 'a+b', 'c', 'b', 'a']],
    ['full', ['leave-one-out', 'pairwise'], ['a+b+c', 'b+c', 'a+c', 'a+b', 'c', 'b', 'a']],
    [['a'], ['pairwise'], ['a', '', 'a+b', 'a+c', 'b', 'c', 'a+b+c']],
    ['full', ['full-factorial'], ['a+b+c', 'a+b', 'a+c', 'a', 'b+c', 'b', 'c', '']],
  ])('with base %j and rows %j has them, the base first', (base, rows, expected) => {
    const rename = (text: string) => text.replace(/[abc]/g, (letter) => NAMES['abc'.indexOf(letter)] as string);
    const study = load({
      components: components(NAMES.slice(0, 3)),
      base: Array.isArray(base) ? base.map(rename) : base,
      rows,
    });
    expect(rowsOf(study)).toEqual(expected.map(rename));
  });

  it('has the rows of the definitions, whatever base and designs', () => {
    const subset = (names: readonly string[]) => fc.subarray([...names]);
    fc.assert(
      fc.property(
        fc
          .subarray(NAMES, { minLength: 1 })
          .chain((names) => fc.record({ names: fc.constant(names), base: subset(names) })),
        fc.subarray([...ABLATION_DESIGNS], { minLength: 1 }),
        ({ names, base }, designs) => {
          const all: string[][] = [[]];
          for (const name of names) all.push(...all.map((set) => [...set, name]));
          const changes = (set: readonly string[]) =>
            names.filter((name) => set.includes(name) !== base.includes(name)).length;
          const wanted = all.filter(
            (set) =>
              changes(set) === 0 ||
              (designs.includes('leave-one-out') && set.length >= names.length - 1) ||
              (designs.includes('add-one-in') && set.length <= 1) ||
              (designs.includes('pairwise') && changes(set) <= 2) ||
              designs.includes('full-factorial'),
          );
          const rows = rowsOf(load({ components: components(names), base, rows: designs }));
          expect(rows[0]).toBe(names.filter((name) => base.includes(name)).join('+'));
          expect([...rows].sort()).toEqual(wanted.map((set) => set.join('+')).sort());
        },
      ),
    );
  });

  it('tells of each row in what it differs from base, also beside other factors', () => {
    const ablation = {
      components: {
        dropout: { with: 0.5, without: 0 },
        decay: { with: { weightDecay: 0.1 }, without: { weightDecay: 0 } },
      },
    };
    const study = loadStudy(spaceStudyYaml({ factors: { config: ['A', 'B'] }, extra: { ablation } }));
    expect(study.base).toEqual({ dropout: '0.5', decay: '0.1' });
    expect(planStudy(study).rows.map((row) => row.differenceFromBase)).toEqual([
      'base',
      'dropout 0.5 → 0',
      'decay 0.1 → 0',
      'base',
      'dropout 0.5 → 0',
      'decay 0.1 → 0',
    ]);
    expect(differencesFromBase(study, [{ factor: 'dropout', label: '0' }])).toBeUndefined();
  });

  it('of 20 components in full has a million rows that cost nothing', () => {
    const many = Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [
        `c${i}`,
        { with: { label: 'y', biasRate: i + 2 }, without: { label: 'n', biasRate: 1 } },
      ]),
    );
    const grid = createGrid(load({ components: many, rows: ['full-factorial'] }));
    expect(grid.countConfigurations()).toBe(2 ** 20);
    expect(new Set(grid.labels(2 ** 20 - 1).map(({ label }) => label))).toEqual(new Set(['n']));
  });

  it.each([
    ['no components', {}, 'ablation.components'],
    ['a component without a side', { components: { dropout: { with: 1 } } }, 'ablation.components.dropout'],
    ['equal sides', { components: { dropout: { with: 0, without: 0 } } }, 'ablation.components.dropout.without'],
    ['a bad value', { components: { dropout: { with: 7, without: 0 } } }, 'ablation.components.dropout.with'],
    [
      'an unknown parameter',
      { components: { depth: { with: 7, without: 0 } } },
      'ablation.components.depth.with.depth',
    ],
    ['an unknown base', { components: components(['dropout']), base: ['momentum'] }, 'ablation.base[0]'],
    ['an unknown design', { components: components(['dropout']), rows: ['leave-two-out'] }, 'ablation.rows[0]'],
    ['an unknown key', { components: components(['dropout']), row: [] }, 'ablation.row'],
  ])('with %s is refused, by name', (_, ablation, field) => {
    try {
      load(ablation);
    } catch (error) {
      expect(error).toBeInstanceOf(TickworkError);
      expect((error as TickworkError).violations[0]).toMatchObject({ field });
      return;
    }
    throw new Error('Expected a refusal.');
  });
});

describe('a base row of a plain grid', () => {
  it('is named by levels; unknown ones are refused', () => {
    const factors = { config: ['A', 'B'], dropout: [0, 0.5] };
    const study = loadStudy(spaceStudyYaml({ factors, extra: { base: { dropout: 0.5 } } }));
    expect(planStudy(study).rows.map((row) => row.differenceFromBase)).toEqual([
      'dropout 0.5 → 0',
      'base',
      'dropout 0.5 → 0',
      'base',
    ]);
    for (const base of [{ dropout: 0.7 }, { momentum: 1 }])
      expect(() => loadStudy(spaceStudyYaml({ factors, extra: { base } }))).toThrow(/base\.(dropout|momentum)/);
  });
});
