import { refineBox } from '../search/coarse-to-fine.ts';
import type { Distribution } from '../search/distribution.ts';
import { pointSequence } from '../search/points.ts';
import { dimensionsOf, drawConfigurations } from './draw-configurations.ts';
import { NO_LEVEL, type RawLeaf, rawLeaves } from './raw-space.ts';
import {
  type CoarseToFine,
  columnsOf,
  type Outcome,
  type Proposal,
  STAGE_FACTOR,
  type StoredSpace,
  toRaw,
  withRows,
} from './search.ts';
import type { Study, StudyLevel } from './study.ts';

/** The level of a stage: its number is the label. @param stage from 0. */
export function stageLevel(search: Pick<CoarseToFine, 'stages'>, stage: number): StudyLevel {
  return { label: String(stage + 1), assignments: search.stages[stage]?.parameters ?? {} };
}

/** `count` leaves of one stage, as a column beside those that were drawn. */
export function stageLeaf(search: Pick<CoarseToFine, 'stages'>, stage: number, count: number): RawLeaf {
  const level = stageLevel(search, stage);
  return { kind: 'factor', factor: STAGE_FACTOR, path: [], levels: Array(count).fill(level), placeOf: () => [] };
}

/**
 * The configurations of the next stage, drawn around the best of the last one.
 * @param outcomes of all rows so far, in order.
 * @returns undefined when the search has ended: no further stage, no result to go by, or nothing new to draw.
 */
export function nextStage(study: Study, search: CoarseToFine, outcomes: readonly Outcome[]): Proposal | undefined {
  const stage = search.drawn.length;
  const next = search.stages[stage];
  if (next === undefined) return undefined;
  const start = search.drawn.slice(0, -1).reduce((total, rows) => total + rows, 0);
  const last = outcomes.slice(start);
  const ranked = last
    .flatMap(({ score }, row) => (score === undefined ? [] : [{ row, score }]))
    .sort((a, b) => (search.goal === 'min' ? a.score - b.score : b.score - a.score));
  const kept = ranked.slice(0, search.keep);
  if (kept.length === 0) return undefined;

  const before = columnsOf(study);
  const levelsOf = (factor: string): readonly StudyLevel[] =>
    kept.flatMap(({ row }) => {
      const level = before.get(factor)?.[start + row] ?? NO_LEVEL;
      return level === NO_LEVEL ? [] : [level];
    });
  const told: string[] = [];
  const box = refine(search.domain, search.box, search.drawn.at(-1) as number, levelsOf, told);
  const raw = toRaw(box);
  const point = pointSequence('random', dimensionsOf(raw), search.seed, stage);
  const drawn = drawConfigurations(raw, next.samples, point, study.where);
  if (drawn.found === 0) return undefined;

  const added = new Map(rawLeaves(drawn.space).map(({ factor, levels }) => [factor, levels as readonly StudyLevel[]]));
  added.set(STAGE_FACTOR, stageLeaf(search, stage, drawn.found).levels as readonly StudyLevel[]);
  const [best, worst] = [kept[0]?.score, kept.at(-1)?.score];
  return {
    ...withRows(study, added, drawn.found),
    search: { ...search, drawn: [...search.drawn, drawn.found], box },
    added: drawn.found,
    reason:
      `Stage ${stage + 1} of ${search.stages.length}: ${drawn.found} configurations around the best ${kept.length} of ` +
      `${last.length} by ${search.metric} (${shortened(best)} to ${shortened(worst)}). ${told.join('. ')}.`,
  };
}

const shortened = (value: number | undefined): string => String(Number((value ?? Number.NaN).toPrecision(6)));

/** A smaller box around kept levels; a list keeps those of its levels that were kept. */
function refine(
  domain: StoredSpace,
  box: StoredSpace,
  draws: number,
  levelsOf: (factor: string) => readonly StudyLevel[],
  told: string[],
): StoredSpace {
  if (domain.kind !== 'factor' || box.kind !== 'factor') {
    const [whole, parts] = [domain, box] as [Exclude<StoredSpace, { kind: 'factor' }>, typeof domain];
    // The rows of a zip belong together, and its levels say nothing one by one.
    if (box.kind === 'zip') return box;
    return {
      kind: whole.kind,
      of: whole.of.map((part, i) => refine(part, (parts as typeof whole).of[i] as StoredSpace, draws, levelsOf, told)),
    };
  }
  const kept = levelsOf(box.factor);
  if (kept.length === 0) return box;
  if ('low' in box.levels) {
    const values = kept.map(({ assignments }) => assignments[box.factor] as number);
    const { distribution, bestAtEdge } = refineBox(domain.levels as Distribution, box.levels, draws, values);
    const edge = bestAtEdge ? ', the best at an edge of its box' : '';
    told.push(
      `${box.factor} [${box.levels.low}, ${box.levels.high}] → [${distribution.low}, ${distribution.high}]${edge}`,
    );
    return { ...box, levels: distribution };
  }
  if ('count' in box.levels) return box;
  const labels = new Set(kept.map(({ label }) => label));
  const levels = box.levels.filter(({ label }) => labels.has(label));
  if (levels.length < box.levels.length) told.push(`${box.factor} in ${levels.map(({ label }) => label).join(', ')}`);
  return { ...box, levels };
}
