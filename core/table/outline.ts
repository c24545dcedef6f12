import type { Grid } from '../grid/grid.ts';
import { digitAt } from '../space/locator.ts';
import { levelCount } from '../study/levels.ts';
import type { Study, StudyFactor } from '../study/study.ts';
import { type SweepState, trialOf } from '../sweep/state.ts';
import { type Grouping, groupKey, groupOf } from './grouping.ts';
import { columnsOfFacts, commonFacts, createFactReader, type RowFacts } from './row-facts.ts';

/** One row of a table before anything is known of its results. */
export interface RowOutline {
  /** Of the digits of the factors that the table keeps. */
  readonly key: string;
  /** The lowest grid index that belongs here. */
  readonly first: number;
  /** How many cells belong here. */
  readonly cells: number;
  readonly facts: RowFacts;
}

/** The rows of a table in the order of the grid, given piece by piece: nobody looks at a hundred thousand at once. */
export interface Outline {
  readonly totalRows: number;
  /** Whether each row is one configuration. */
  readonly isWhole: boolean;
  /** @param start 0, or `next` of an earlier answer. @param limit of rows. */
  rows(start: number, limit: number): { readonly rows: readonly RowOutline[]; readonly next?: number };
  /** The row of a configuration, in a form that is only good for telling rows apart. */
  codeOf(gridIndex: number): number | string;
}

const outlines = new WeakMap<Grid, Map<string, Outline>>();

/** Remembered for each grid: what the rows are changes with no result, but where an edit took cells away, of which some had ended. */
export function outlineOf(sweep: SweepState, grouping: Grouping): Outline {
  const { study, grid } = sweep;
  if (sweep.editions !== undefined) return newOutline(study, grid, grouping, (index) => countKept(sweep, index));
  const known = outlines.get(grid) ?? new Map<string, Outline>();
  outlines.set(grid, known);
  const name = JSON.stringify(grouping.factors);
  const found =
    known.get(name) ?? newOutline(study, grid, grouping, (index) => grid.replicas?.(index) ?? grid.seeds.length);
  known.set(name, found);
  return found;
}

/** Those that are wanted, and those that ended before an edit took them away: their results stay. */
function countKept(sweep: SweepState, gridIndex: number): number {
  const { grid } = sweep;
  return grid.seeds.filter((_, seedIndex) => {
    const cell = grid.cellOf(gridIndex, seedIndex);
    return grid.wants(cell) || trialOf(sweep, cell).state !== 'cancelled';
  }).length;
}

/** Cells of a configuration. */
type CountCells = (gridIndex: number) => number;

function newOutline(study: Study, grid: Grid, grouping: Grouping, cellsAt: CountCells): Outline {
  const keepsAll = study.factors.every(({ name }) => grouping.factors.includes(name));
  return keepsAll
    ? outlineOfConfigurations(study, grid, grouping, cellsAt)
    : outlineOfGroups(study, grid, grouping, cellsAt);
}

/** Each configuration is a row, so a place is a grid index, and the rows before it need not be visited. */
function outlineOfConfigurations(study: Study, grid: Grid, grouping: Grouping, cellsAt: CountCells): Outline {
  const read = createFactReader(study, grid);
  let total: number | undefined;
  return {
    get totalRows() {
      return (total ??= countRows(grid, cellsAt));
    },
    isWhole: true,
    codeOf: (gridIndex) => gridIndex,
    rows(start, limit) {
      const rows: RowOutline[] = [];
      for (let first = start; first < grid.size; first++) {
        const cells = grid.allows(first) ? cellsAt(first) : 0;
        if (cells === 0) continue;
        if (rows.length === limit) return { rows, next: first };
        rows.push({ key: groupKey(groupOf(grouping, first)), first, cells, facts: read(first) });
      }
      return { rows };
    },
  };
}

function countRows(grid: Grid, cellsAt: CountCells): number {
  let rows = 0;
  for (let index = 0; index < grid.size; index++) if (grid.allows(index) && cellsAt(index) > 0) rows++;
  return rows;
}

interface Group {
  readonly key: string;
  readonly first: number;
  cells: number;
  facts: RowFacts;
  /** Of the digits that facts follow from. */
  readonly seen: Set<number | string>;
}

/** Visits every configuration once. A place is the number of a row. */
function outlineOfGroups(study: Study, grid: Grid, grouping: Grouping, cellsAt: CountCells): Outline {
  const read = createFactReader(study, grid);
  const kept = grouping.factors.map((name) => study.factors.findIndex((factor) => factor.name === name));
  const codeOf = coder(study, grid, kept);
  const factsCodeOf = coder(study, grid, columnsOfFacts(study));
  const groups = new Map<number | string, Group>();
  for (let index = 0; index < grid.size; index++) {
    const cells = grid.allows(index) ? cellsAt(index) : 0;
    if (cells === 0) continue;
    const code = codeOf(index);
    const factsCode = factsCodeOf(index);
    const group = groups.get(code);
    if (group === undefined) {
      const key = groupKey(groupOf(grouping, index));
      groups.set(code, { key, first: index, cells, facts: read(index), seen: new Set([factsCode]) });
      continue;
    }
    group.cells += cells;
    if (group.seen.has(factsCode) || isEmpty(group.facts)) continue;
    group.seen.add(factsCode);
    group.facts = commonFacts(group.facts, read(index));
  }
  const all = [...groups.values()];
  return {
    totalRows: all.length,
    isWhole: false,
    codeOf,
    rows(start, limit) {
      const end = start + limit;
      return { rows: all.slice(start, end), ...(end < all.length ? { next: end } : {}) };
    },
  };
}

/** Nothing is left that further configurations could change. */
const isEmpty = ({ shown, ...facts }: RowFacts): boolean => shown.size === 0 && Object.keys(facts).length === 0;

/** Digits as one number, an absent one as 0, or as text where they are too many for one. */
function coder(study: Study, grid: Grid, columns: readonly number[]): (gridIndex: number) => number | string {
  const digits = columns.map((column) => ({
    locator: grid.locator(column),
    radix: levelCount(study.factors[column] as StudyFactor) + 1,
  }));
  if (digits.reduce((product, { radix }) => product * radix, 1) > Number.MAX_SAFE_INTEGER)
    return (gridIndex) => digits.map(({ locator }) => digitAt(locator, gridIndex)).join();
  return (gridIndex) => {
    let code = 0;
    for (const { locator, radix } of digits) code = code * radix + digitAt(locator, gridIndex) + 1;
    return code;
  };
}
