import { createStream } from '../random/stream.ts';
import { afterGeneration, type CmaState, samplePoint, startCma } from '../search/cma-es.ts';
import type { PointSequence } from '../search/points.ts';
import { drawConfigurations } from './draw-configurations.ts';
import { readDrawnRows } from './drawn-rows.ts';
import { rawLeaves } from './raw-space.ts';
import { type CmaEs, leftToDraw, type Outcome, type Proposal, withRows } from './search.ts';
import type { Study, StudyLevel } from './study.ts';

/** The points of a generation. @param generation from 0. */
export function generationPoints(state: CmaState, seed: number, generation: number): PointSequence {
  const stream = createStream(seed, 'search', 'cma-es', generation);
  return (index) => samplePoint(state, stream.at(index));
}

/**
 * The next generation of a CMA-ES, after every trial of the one before has ended. The distribution is not stored: it follows from the rows
 * and their values, generation by generation. What failed ranks last.
 * @returns undefined when the search has ended.
 */
export function nextGeneration(study: Study, search: CmaEs, outcomes: readonly Outcome[]): Proposal | undefined {
  const wanted = Math.min(search.population, leftToDraw(search));
  if (wanted <= 0) return undefined;
  const { dimensions, points, losses, known, space } = readDrawnRows(study, search, outcomes);
  let state = startCma(dimensions.length);
  let start = 0;
  let best = Number.POSITIVE_INFINITY;
  for (const size of search.drawn) {
    const ranked = points
      .slice(start, start + size)
      .map((point, i) => ({ point: point.map((u) => u ?? 0.5), loss: losses[start + i] ?? Number.POSITIVE_INFINITY }))
      .sort((a, b) => a.loss - b.loss);
    best = Math.min(best, ranked[0]?.loss ?? best);
    // A generation that failed as a whole says nothing of directions.
    const measured = ranked.filter(({ loss }) => Number.isFinite(loss)).length;
    if (measured >= 2)
      state = afterGeneration(
        state,
        ranked.map(({ point }) => point),
      );
    start += size;
  }
  if (!Number.isFinite(best)) return undefined;
  const drawn = drawConfigurations(
    space,
    wanted,
    generationPoints(state, search.seed, search.drawn.length),
    study.where,
    known,
  );
  if (drawn.found === 0) return undefined;
  const added = new Map(rawLeaves(drawn.space).map(({ factor, levels }) => [factor, levels as readonly StudyLevel[]]));
  return {
    ...withRows(study, added, drawn.found),
    search: { ...search, drawn: [...search.drawn, drawn.found] },
    added: drawn.found,
    reason:
      `CMA-ES: generation ${search.drawn.length + 1} of ${drawn.found}, step size ${Number(state.sigma.toPrecision(3))} of the unit cube; ` +
      `the best ${search.metric} is ${Number((search.goal === 'min' ? best : -best).toPrecision(6))}.`,
  };
}
