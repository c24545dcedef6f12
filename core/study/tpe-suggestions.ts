import { createStream } from '../random/stream.ts';
import { type Distribution, shareBelow } from '../search/distribution.ts';
import { type Dimension, goodCount, type Observation, suggestPoint } from '../search/tpe.ts';
import { configurationKey, drawConfigurations } from './draw-configurations.ts';
import { NO_LEVEL, type RawLeaf, rawLeaves } from './raw-space.ts';
import { columnsOf, leftToDraw, type Outcome, type Proposal, type Tpe, toRaw, withRows } from './search.ts';
import type { Study, StudyLevel } from './study.ts';

/**
 * The next configurations of a TPE search. A configuration whose trials have all ended without a result is the worst there is; one
 * that is under way says nothing yet.
 * @param outcomes of all rows so far, in order.
 * @returns undefined when the search has ended: all samples drawn, nothing to go by, or nothing new to draw.
 */
export function nextSuggestions(study: Study, search: Tpe, outcomes: readonly Outcome[]): Proposal | undefined {
  const wanted = Math.min(search.batch, leftToDraw(search));
  if (wanted <= 0) return undefined;
  const raw = toRaw(search.domain);
  const leaves = rawLeaves(raw);
  const columns = columnsOf(study);
  const levelAt = (leaf: RawLeaf, row: number): StudyLevel => columns.get(leaf.factor)?.[row] ?? NO_LEVEL;
  const observations = outcomes.flatMap(({ score, ended }, row): Observation[] => {
    if (score === undefined && !ended) return [];
    const loss = score === undefined ? Number.POSITIVE_INFINITY : search.goal === 'min' ? score : -score;
    return [{ point: leaves.map((leaf) => coordinateOf(leaf, levelAt(leaf, row))), loss }];
  });
  if (observations.length === 0) return undefined;

  const dimensions = leaves.map(
    ({ levels }): Dimension => ('low' in levels || 'count' in levels ? {} : { choices: levels.length }),
  );
  const stream = createStream(search.seed, 'search', 'tpe', search.drawn.length);
  const known = new Set(
    outcomes.map((_, row) =>
      configurationKey(
        leaves.flatMap((leaf) => {
          const level = levelAt(leaf, row);
          return level === NO_LEVEL ? [] : [[leaf.factor, level.label] as const];
        }),
      ),
    ),
  );
  const point = (index: number) => suggestPoint(dimensions, observations, stream.at(index));
  const drawn = drawConfigurations(raw, wanted, point, study.where, known);
  if (drawn.found === 0) return undefined;
  const added = new Map(rawLeaves(drawn.space).map(({ factor, levels }) => [factor, levels as readonly StudyLevel[]]));
  const best = Math.min(...observations.map(({ loss }) => loss));
  return {
    ...withRows(study, added, drawn.found),
    search: { ...search, drawn: [...search.drawn, drawn.found] },
    added: drawn.found,
    reason:
      `TPE: ${drawn.found} more from ${observations.length} observations, ${goodCount(observations.length)} of them good; ` +
      `the best ${search.metric} is ${Number((search.goal === 'min' ? best : -best).toPrecision(6))}.`,
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
