import { type Expression, evaluate, factorsOf, isTrue, type Value } from '../constraint/expression.ts';
import { parseConstraint } from '../constraint/parse.ts';
import { shuffledOrder } from '../search/shuffled-order.ts';
import { type CompiledSpace, compileSpace } from '../space/compile.ts';
import type { Locator } from '../space/locator.ts';
import { ABSENT, ABSENT_LABEL, type FactorLeaf, type Space } from '../space/space.ts';
import { replicasOf } from '../study/adaptive-replicas.ts';
import { levelAt, levelCount } from '../study/levels.ts';
import { searchSize } from '../study/search.ts';
import type { ParameterValue, Study, StudyFactor, StudyLevel } from '../study/study.ts';
import { countCombinations, type Dimension } from './count-combinations.ts';

/** A grid larger than this is refused: counting the cells that a constraint leaves may visit every index once. */
export const MAX_GRID = 10_000_000;

/**
 * The cells of a study, none of them stored. A **grid index** names one configuration of the space; a **cell** is a grid
 * index and a replica seed: `cell = seedIndex · size + gridIndex`, so that ascending cells finish one seed for every
 * configuration before the next seed begins. Some indices are no cell: those that a constraint or a condition excludes, and
 * those that repeat an earlier configuration of a union.
 */
export interface Grid {
  /** Grid indices, constraint not applied. */
  readonly size: number;
  readonly seeds: readonly number[];
  /** Exclusive upper bound of cell indices, constraint not applied. */
  readonly cellBound: number;
  /**
   * The cell at a place of the order in which cells are started, whether it is allowed or not. Ascending cells, or shuffled within
   * each seed. @param position in [0, cellBound).
   */
  cellAt(position: number): number;
  /** Its configuration and its seed; edited-grid.ts numbers cells otherwise than said above. */
  gridIndexAt(cell: number): number;
  seedIndexAt(cell: number): number;
  cellOf(gridIndex: number, seedIndex: number): number;
  /** Whether the cell shall still be run: false where an edit has taken its configuration or seed away. @param cell one that is allowed. */
  wants(cell: number): boolean;
  /** Whether this index is a configuration of the study, and one that a search has drawn. */
  allows(gridIndex: number): boolean;
  /** Seeds that a configuration has; absent: all of them. */
  replicas?(gridIndex: number): number;
  /** Configurations: indices that are allowed. */
  countConfigurations(): number;
  /** One digit for each factor of the study; ABSENT where the configuration does not have it. */
  digits(gridIndex: number): number[];
  /** The lowest grid index of a configuration; undefined when the space does not have it. Constraints are not applied. */
  indexOf(digits: readonly number[]): number | undefined;
  /** Labels by factor, in the order of the factors; an absent factor has the label `–`. */
  labels(gridIndex: number): readonly { readonly factor: string; readonly label: string }[];
  /** `config=A momentum=0.9`: the labels of the factors that the configuration has. */
  title(gridIndex: number): string;
  /** The merged parameters, later factors over earlier ones over the shared ones. Not yet validated. */
  parameters(gridIndex: number): Readonly<Record<string, ParameterValue>>;
  /** How a factor's digit follows from the grid index. @param factor its place in the study. */
  locator(factor: number): Locator;
  /** What gives a factor its level in this configuration, and which of the leaf's levels that is. */
  leafAt(gridIndex: number, factor: number): { readonly leaf: FactorLeaf; readonly position: number } | undefined;
  /** Indices that together show every level of every factor, allowed or not. */
  representatives(): Iterable<number>;
}

export const gridIndexOf = (grid: Pick<Grid, 'gridIndexAt'>, cell: number): number => grid.gridIndexAt(cell);

export const seedOf = (grid: Pick<Grid, 'seedIndexAt' | 'seeds'>, cell: number): number =>
  grid.seeds[grid.seedIndexAt(cell)] as number;

/** The space of a study: what it says, else every combination of all levels. */
export function spaceOf(study: Pick<Study, 'space' | 'factors'>): Space {
  return study.space ?? { kind: 'product', of: study.factors.map(wholeFactor) };
}

export function wholeFactor(factor: StudyFactor): FactorLeaf {
  return { kind: 'factor', factor: factor.name, digits: { from: 0, count: levelCount(factor) } };
}

/** Studies are immutable, and several ask for the grid of one: what was counted once need not be counted again. */
const grids = new WeakMap<Study, Grid>();

/** The grid of a study: the same one for the same study. */
export function createGrid(study: Study): Grid {
  const known = grids.get(study) ?? newGrid(study);
  grids.set(study, known);
  return known;
}

function newGrid(study: Study): Grid {
  const { factors, seeds } = study;
  const column = new Map(factors.map((factor, i) => [factor.name, i]));
  const space = compileSpace(spaceOf(study), (name) => column.get(name) as number);
  const constraint = createConstraint(study, column);
  // What a search has not drawn yet has an index already, so that cells keep theirs when it goes on.
  const { search } = study;
  const adaptive = search?.kind === 'replicas' ? search : undefined;
  const size = search === undefined || search.kind === 'replicas' ? space.size : searchSize(search);
  const filtered = constraint.where !== undefined || space.conditional;

  const digitsIn = (part: CompiledSpace, index: number): number[] => {
    const digits = new Array<number>(factors.length).fill(ABSENT);
    part.write(index, digits);
    return digits;
  };
  const digitsOf = (gridIndex: number): number[] => digitsIn(space, gridIndex);
  const present = (gridIndex: number): { readonly factor: StudyFactor; readonly level: StudyLevel }[] =>
    digitsOf(gridIndex).flatMap((digit, i) => {
      const factor = factors[i] as StudyFactor;
      return digit === ABSENT ? [] : [{ factor, level: levelAt(factor, digit) }];
    });

  const scratch = new Array<number>(factors.length);
  function allows(gridIndex: number): boolean {
    if (gridIndex >= space.size) return false;
    if (!filtered && !space.repeats) return true;
    const digits = scratch.fill(ABSENT);
    space.write(gridIndex, digits);
    if (space.conditional && !space.fits(gridIndex, (condition) => constraint.holds(condition, digits))) return false;
    if (constraint.where !== undefined && !constraint.holds(constraint.where, digits)) return false;
    return !space.repeats || space.find(digits) === gridIndex;
  }

  /** Factors that no constraint reads and no union repeats only multiply; the indices of the others are visited. */
  function count(): number {
    if (!filtered && !space.repeats) return space.size;
    const isFree = (part: {
      readonly repeats: boolean;
      readonly conditional: boolean;
      readonly factors: Iterable<number>;
    }) => !part.repeats && !part.conditional && ![...part.factors].some((factor) => constraint.reads.has(factor));
    const parts = space.parts ?? [{ part: space, stride: 1 }];
    const free = parts.filter(({ part }) => isFree(part));
    const bound = parts.filter(({ part }) => !isFree(part));
    const { expression } = constraint;
    if (expression !== undefined && bound.every(({ part }) => !part.repeats && !part.conditional)) {
      const now: Value[] = [];
      const dimensions = bound.map(({ part }) => dimensionOf(part, now));
      const levelOf = (name: string) => {
        const i = column.get(name) as number;
        return () => now[i] as Value;
      };
      const found = countCombinations(dimensions, expression, levelOf);
      return free.reduce((product, { part }) => product * part.size, found);
    }
    const visit = (i: number, index: number): number => {
      const next = bound[i];
      if (next === undefined) return allows(index) ? 1 : 0;
      let found = 0;
      for (let k = 0; k < next.part.size; k++) found += visit(i + 1, index + k * next.stride);
      return found;
    };
    return free.reduce((product, { part }) => product * part.size, visit(0, 0));
  }

  /** @param now where the levels of the index that is selected are put, by column. */
  function dimensionOf(part: CompiledSpace, now: Value[]): Dimension {
    const columns = [...part.factors];
    const names = new Set(columns.map((i) => (factors[i] as StudyFactor).name));
    const levels = Array.from({ length: part.size }, (_, index) => {
      const digits = digitsIn(part, index);
      return columns.map((i) => constraint.level(i, digits[i] as number));
    });
    const select = (index: number): void => {
      const row = levels[index] as Value[];
      for (let k = 0; k < columns.length; k++) now[columns[k] as number] = row[k] as Value;
    };
    return { size: part.size, factors: names, select };
  }

  const order = study.shuffleSeed === undefined ? (i: number) => i : shuffledOrder(size, study.shuffleSeed);
  let counted: number | undefined;
  return {
    size,
    seeds,
    cellBound: size * seeds.length,
    cellAt: (position) => position - (position % size) + order(position % size),
    gridIndexAt: (cell) => cell % size,
    seedIndexAt: (cell) => Math.floor(cell / size),
    cellOf: (gridIndex, seedIndex) => seedIndex * size + gridIndex,
    wants: () => true,
    ...(adaptive ? { replicas: (gridIndex: number) => replicasOf(adaptive, gridIndex) } : {}),
    allows,
    countConfigurations: () => (counted ??= count()),
    digits: digitsOf,
    indexOf: (digits) => space.find(digits),
    labels: (gridIndex) =>
      digitsOf(gridIndex).map((digit, i) => {
        const factor = factors[i] as StudyFactor;
        return { factor: factor.name, label: digit === ABSENT ? ABSENT_LABEL : levelAt(factor, digit).label };
      }),
    title: (gridIndex) =>
      present(gridIndex)
        .map(({ factor, level }) => `${factor.name}=${level.label}`)
        .join(' '),
    parameters: (gridIndex) =>
      Object.assign({}, study.parameters, ...present(gridIndex).map(({ level }) => level.assignments)) as Record<
        string,
        ParameterValue
      >,
    locator: (factor) => space.locator(factor),
    leafAt: (gridIndex, factor) => space.leafAt(gridIndex, factor),
    representatives: () => space.representatives(),
  };
}

interface StudyConstraint {
  readonly where: string | undefined;
  readonly expression: Expression | undefined;
  /** Columns of the factors that the constraint or a condition reads. */
  readonly reads: ReadonlySet<number>;
  holds(source: string, digits: readonly number[]): boolean;
  /** The level of the factor in this column; null when it is absent. */
  level(column: number, digit: number): Value;
}

/** Labels that are kept as text once they were read; the rest of a longer range is written anew each time. */
const MAX_KEPT_LABELS = 10_000;

function createConstraint({ where, factors, space }: Study, column: ReadonlyMap<string, number>): StudyConstraint {
  const sources = [...(where === undefined ? [] : [where]), ...conditionsOf(space)];
  const expressions = new Map(sources.map((source) => [source, parsed(source)]));
  const reads = [...expressions.values()].flatMap((expression) => [...factorsOf(expression).keys()]);
  const labels: (string | number)[][] = factors.map(() => []);

  function labelOf(i: number, digit: number): string | number {
    const factor = factors[i] as StudyFactor;
    if (digit >= MAX_KEPT_LABELS) return asWritten(levelAt(factor, digit).label);
    const kept = labels[i] as (string | number)[];
    return (kept[digit] ??= asWritten(levelAt(factor, digit).label));
  }

  return {
    where,
    expression: where === undefined ? undefined : expressions.get(where),
    level: (i, digit) => (digit === ABSENT ? null : labelOf(i, digit)),
    reads: new Set(reads.map((name) => column.get(name) as number)),
    holds(source, digits) {
      const expression = expressions.get(source) as ReturnType<typeof parsed>;
      const value = evaluate(expression, (name) => {
        const i = column.get(name) as number;
        const digit = digits[i] ?? ABSENT;
        return digit === ABSENT ? null : labelOf(i, digit);
      });
      return isTrue(value);
    },
  };
}

/** Constraints compare numbers as numbers; a label that is the text of one need not be read again for every cell. */
function asWritten(label: string): string | number {
  const number = Number(label);
  return Number.isFinite(number) && String(number) === label ? number : label;
}

function conditionsOf(space: Space | undefined): string[] {
  if (space === undefined) return [];
  if (space.kind !== 'factor') return space.of.flatMap(conditionsOf);
  return space.when === undefined ? [] : [space.when];
}

function parsed(source: string) {
  const result = parseConstraint(source);
  if (result.ok) return result.expression;
  throw new Error(`Expected a validated study, got the constraint ${JSON.stringify(source)}: ${result.message}.`);
}
