import { type Expression, evaluate, isTrue } from '../constraint/expression.ts';
import { parseConstraint } from '../constraint/parse.ts';
import type { ParameterValue, Study } from '../study/study.ts';
import { gridSize, strides, toDigits } from './mixed-radix.ts';

/** A grid larger than this is refused: counting the cells that a constraint leaves visits every index once. */
export const MAX_GRID = 10_000_000;

/**
 * The cells of a study, none of them stored. A **grid index** names one combination of levels (mixed radix, the last
 * factor fastest); a **cell** is a grid index and a replica seed: `cell = seedIndex · size + gridIndex`, so that ascending
 * cells finish one seed for every configuration before the next seed begins.
 */
export interface Grid {
  readonly radices: readonly number[];
  readonly strides: readonly number[];
  /** Grid indices, constraint not applied. */
  readonly size: number;
  readonly seeds: readonly number[];
  /** Exclusive upper bound of cell indices, constraint not applied. */
  readonly cellBound: number;
  /** Whether the constraint keeps this combination. */
  allows(gridIndex: number): boolean;
  /** Labels by factor, in the order of the factors. */
  labels(gridIndex: number): readonly { readonly factor: string; readonly label: string }[];
  /** The merged parameters, later factors over earlier ones over the shared ones. Not yet validated. */
  parameters(gridIndex: number): Readonly<Record<string, ParameterValue>>;
}

export const gridIndexOf = (grid: Pick<Grid, 'size'>, cell: number): number => cell % grid.size;

export const seedOf = (grid: Pick<Grid, 'size' | 'seeds'>, cell: number): number =>
  grid.seeds[Math.floor(cell / grid.size)] as number;

export function createGrid(study: Study): Grid {
  const radices = study.factors.map((factor) => factor.levels.length);
  const size = gridSize(radices);
  const constraint = parsedConstraint(study);
  const indexOfFactor = new Map(study.factors.map((factor, i) => [factor.name, i]));

  const levelsAt = (gridIndex: number) =>
    toDigits(gridIndex, radices).map((digit, i) => {
      const factor = study.factors[i] as Study['factors'][number];
      return { factor: factor.name, level: factor.levels[digit] as (typeof factor.levels)[number] };
    });

  return {
    radices,
    strides: strides(radices),
    size,
    seeds: study.seeds,
    cellBound: size * study.seeds.length,
    allows(gridIndex) {
      if (!constraint) return true;
      const levels = levelsAt(gridIndex);
      return isTrue(evaluate(constraint, (name) => levels[indexOfFactor.get(name) ?? -1]?.level.label ?? ''));
    },
    labels: (gridIndex) => levelsAt(gridIndex).map(({ factor, level }) => ({ factor, label: level.label })),
    parameters: (gridIndex) =>
      Object.assign({}, study.parameters, ...levelsAt(gridIndex).map(({ level }) => level.assignments)) as Record<
        string,
        ParameterValue
      >,
  };
}

/** Configurations that the constraint keeps; visits every grid index once when there is a constraint. */
export function countConfigurations(grid: Grid, hasConstraint: boolean): number {
  if (!hasConstraint) return grid.size;
  let count = 0;
  for (let i = 0; i < grid.size; i++) if (grid.allows(i)) count++;
  return count;
}

function parsedConstraint(study: Study): Expression | undefined {
  if (study.where === undefined) return undefined;
  const parsed = parseConstraint(study.where);
  if (!parsed.ok)
    throw new Error(
      `Expected a validated study, got the constraint ${JSON.stringify(study.where)}: ${parsed.message}.`,
    );
  return parsed.expression;
}
