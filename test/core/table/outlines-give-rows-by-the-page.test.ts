import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadStudy } from '../../../core/study/load-study.ts';
import { newSweep } from '../../../core/sweep/state.ts';
import { createGrouping, groupKey, groupOf } from '../../../core/table/grouping.ts';
import { outlineOf, type RowOutline } from '../../../core/table/outline.ts';
import { buildTable } from '../../../core/table/table.ts';

const studyYaml = `study: paged
seeds: 2
parameters: { dataset: fashion-mnist, trainImages: 1000, testImages: 100, trainEpochs: 1, batchSize: 64,
              trainScale: 32, testScale: 32, learningRate: 0.01 }
factors:
  network: [vgg8]
  config: [A, A-LRN, B]
  dropout: [0, 0.2, 0.5]
  momentum: [0.5, 0.9]
where: dropout < 0.5 or momentum == 0.9
table: { show: [dropout, momentum, trainScale] }
`;
const study = loadStudy(studyYaml);
const sweep = newSweep({ type: 'sweep-submitted', sweepId: 's', requestId: 'r', study, studyYaml, total: 30, at: 0 });
const { grid } = sweep;
const factors = study.factors.map(({ name }) => name);

/** Rows as a walk over all configurations finds them. */
function walked(names: readonly string[]): Pick<RowOutline, 'key' | 'first' | 'cells'>[] {
  const grouping = createGrouping(study, grid, names);
  const rows = new Map<string, { key: string; first: number; cells: number }>();
  for (let index = 0; index < grid.size; index++) {
    if (!grid.allows(index)) continue;
    const key = groupKey(groupOf(grouping, index));
    const row = rows.get(key);
    if (row) row.cells += 2;
    else rows.set(key, { key, first: index, cells: 2 });
  }
  return [...rows.values()];
}

describe('the outline of a table', () => {
  it('gives the rows that a walk over all configurations finds, page by page', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(factors), fc.integer({ min: 1, max: 7 }), (names, size) => {
        const outline = outlineOf(sweep, createGrouping(study, grid, names));
        const rows: RowOutline[] = [];
        for (let start: number | undefined = 0; start !== undefined; ) {
          const page = outline.rows(start, size);
          expect(page.rows.length).toBeLessThanOrEqual(size);
          rows.push(...page.rows);
          start = page.next;
        }
        const expected = walked(names.length === 0 ? factors : names);
        expect(rows.map(({ key, first, cells }) => ({ key, first, cells }))).toEqual(expected);
        expect(outline.totalRows).toBe(expected.length);
      }),
    );
  });

  it('says of a row what is true of all its configurations, and no more', () => {
    const table = buildTable(sweep, createGrouping(study, grid, ['config', 'momentum']), ['testError'], []);
    const shown = table.rows.map((row) => Object.fromEntries(row.shown.map(({ factor, label }) => [factor, label])));
    // With momentum 0.5 dropout is 0 or 0.2; with 0.9 it is any of three.
    expect(shown.every((row) => !('dropout' in row) && row['trainScale'] === '32')).toBe(true);
    expect(shown.map((row) => row['momentum'])).toEqual(['0.5', '0.9', '0.5', '0.9', '0.5', '0.9']);
    expect(table.rows.map(({ weightLayers }) => weightLayers)).toEqual([11, 11, 11, 11, 13, 13]);
    const all = buildTable(sweep, createGrouping(study, grid, ['dropout']), ['testError'], []);
    expect(all.rows.map((row) => row.weightLayers)).toEqual([undefined, undefined, undefined]);
    expect(all.rows.map(({ expected }) => expected)).toEqual([12, 12, 6]);
  });

  it('builds a page with the whole table’s count of rows', () => {
    const grouping = createGrouping(study, grid, []);
    const { rows } = outlineOf(sweep, grouping).rows(4, 3);
    const page = buildTable(sweep, grouping, ['testError'], [], [], rows);
    const whole = buildTable(sweep, grouping, ['testError'], []);
    expect(page.totalRows).toBe(15);
    expect(page.rows).toEqual(
      whole.rows.filter((_, i) => rows.some(({ first }) => first === walked(factors)[i]?.first)),
    );
  });
});
