import { type Distribution, shareBelow } from '../search/distribution.ts';
import type { Dimension, Observation } from '../search/observation.ts';
import { configurationKey } from './draw-configurations.ts';
import { NO_LEVEL, type RawLeaf, type RawSpace, rawLeaves } from './raw-space.ts';
import { columnsOf, type Outcome, type StoredSpace, toRaw } from './search.ts';
import type { Study, StudyLevel } from './study.ts';

/** The configurations that a search has drawn, as points of the unit cube with what became of them. */
export interface DrawnRows {
  readonly space: RawSpace;
  readonly dimensions: readonly Dimension[];
  /** Of every row, in order. */
  readonly points: readonly Observation['point'][];
  /** Of every row, smaller is better; infinite when all its trials have ended without a result, undefined while one may come. */
  readonly losses: readonly (number | undefined)[];
  readonly observations: readonly Observation[];
  /** Configurations that are there, as configurationKey names them. */
  readonly known: ReadonlySet<string>;
}

/** @param outcomes of all rows so far, in order. */
export function readDrawnRows(
  study: Study,
  { domain, goal }: { readonly domain: StoredSpace; readonly goal: 'min' | 'max' },
  outcomes: readonly Outcome[],
): DrawnRows {
  const space = toRaw(domain);
  const leaves = rawLeaves(space);
  const columns = columnsOf(study);
  const levelAt = (leaf: RawLeaf, row: number): StudyLevel => columns.get(leaf.factor)?.[row] ?? NO_LEVEL;
  const points = outcomes.map((_, row) => leaves.map((leaf) => coordinateOf(leaf, levelAt(leaf, row))));
  const losses = outcomes.map(({ score, ended }) =>
    score === undefined ? (ended ? Number.POSITIVE_INFINITY : undefined) : goal === 'min' ? score : -score,
  );
  return {
    space,
    dimensions: leaves.map(
      ({ levels }): Dimension => ('low' in levels || 'count' in levels ? {} : { choices: levels.length }),
    ),
    points,
    losses,
    observations: points.flatMap((point, row): Observation[] => {
      const loss = losses[row];
      return loss === undefined ? [] : [{ point, loss }];
    }),
    known: new Set(
      outcomes.map((_, row) =>
        configurationKey(
          leaves.flatMap((leaf) => {
            const level = levelAt(leaf, row);
            return level === NO_LEVEL ? [] : [[leaf.factor, level.label] as const];
          }),
        ),
      ),
    ),
  };
}

/** Where a level lies in its dimension; undefined for an absent factor. A choice is the middle of its share. */
function coordinateOf({ levels }: RawLeaf, level: StudyLevel): number | undefined {
  if (level === NO_LEVEL) return undefined;
  const value = Object.values(level.assignments)[0];
  if ('low' in levels) return shareBelow(levels, value as number);
  if ('count' in levels) {
    const { from, to, scale, count } = levels;
    const distribution: Distribution = { low: from, high: to, scale: scale === 'log' ? 'log-uniform' : 'uniform' };
    return (Math.round(shareBelow(distribution, value as number) * (count - 1)) + 0.5) / count;
  }
  return (levels.findIndex(({ label }) => label === level.label) + 0.5) / levels.length;
}
