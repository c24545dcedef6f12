import { createStream } from '../random/stream.ts';
import { createSurrogate } from '../search/expected-improvement.ts';
import type { Observation } from '../search/observation.ts';
import { goodCount, suggestPoint } from '../search/tpe.ts';
import { drawConfigurations, presentAt } from './draw-configurations.ts';
import { type DrawnRows, readDrawnRows } from './drawn-rows.ts';
import { rawLeaves } from './raw-space.ts';
import { leftToDraw, type ModelSearch, type Outcome, type Proposal, withRows } from './search.ts';
import type { Study, StudyLevel } from './study.ts';

/**
 * The next configurations of a search by a model of what was measured. A configuration whose trials have all ended without a
 * result is the worst there is; of one that is under way TPE knows nothing, and a Gaussian process what it predicts.
 * @param outcomes of all rows so far, in order.
 * @returns undefined when the search has ended: all samples drawn, nothing to go by, or nothing new to draw.
 */
export function nextSuggestions(study: Study, search: ModelSearch, outcomes: readonly Outcome[]): Proposal | undefined {
  const wanted = Math.min(search.batch, leftToDraw(search));
  if (wanted <= 0) return undefined;
  const rows = readDrawnRows(study, search, outcomes);
  const { observations, space, known } = rows;
  if (!observations.some(({ loss }) => search.kind === 'tpe' || Number.isFinite(loss))) return undefined;
  const drawn = drawConfigurations(space, wanted, pointsOf(search, rows), study.where, known);
  if (drawn.found === 0) return undefined;
  const added = new Map(rawLeaves(drawn.space).map(({ factor, levels }) => [factor, levels as readonly StudyLevel[]]));
  const best = Math.min(...observations.map(({ loss }) => loss));
  const how =
    search.kind === 'tpe'
      ? `TPE: ${drawn.found} more from ${observations.length} observations, ${goodCount(observations.length)} of them good`
      : `Gaussian process: ${drawn.found} more by expected improvement over ${observations.length} observations`;
  return {
    ...withRows(study, added, drawn.found),
    search: { ...search, drawn: [...search.drawn, drawn.found] },
    added: drawn.found,
    reason: `${how}; the best ${search.metric} is ${Number((search.goal === 'min' ? best : -best).toPrecision(6))}.`,
  };
}

/** Points in turn; those that a Gaussian process has just suggested count as under way for the next. */
function pointsOf(search: ModelSearch, { space, dimensions, observations, points, losses }: DrawnRows) {
  const stream = createStream(search.seed, 'search', search.kind, search.drawn.length);
  if (search.kind === 'tpe') return (index: number) => suggestPoint(dimensions, observations, stream.at(index));
  const underWay = points.filter((_, row) => losses[row] === undefined);
  const conditional = rawLeaves(space).some(({ when }) => when !== undefined);
  const asConfigured = (point: readonly number[]): Observation['point'] => {
    if (!conditional) return point;
    const present = presentAt(space, point);
    return point.map((u, d) => (present[d] ? u : undefined));
  };
  const fitting = createStream(search.seed, 'search', 'gp-fit', search.drawn.length);
  const surrogate = createSurrogate(dimensions, observations, fitting);
  return (index: number): number[] => {
    // A space that has nothing new where improvement is expected is drawn from anywhere.
    const own = stream.at(index);
    if (index > PATIENCE) return dimensions.map(() => own.uint32() / 2 ** 32);
    const point = surrogate.suggest(underWay, own, asConfigured);
    underWay.push(asConfigured(point));
    return point;
  };
}

/** Suggestions of a Gaussian process that may be known already, or excluded, before random ones are taken. */
const PATIENCE = 10;
