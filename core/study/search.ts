import { refineBox } from '../search/coarse-to-fine.ts';
import type { Distribution } from '../search/distribution.ts';
import { pointSequence } from '../search/points.ts';
import type { NumericRange } from '../space/numeric-range.ts';
import { ABSENT, type Space } from '../space/space.ts';
import { dimensionsOf, drawConfigurations } from './draw-configurations.ts';
import { levelAt } from './levels.ts';
import { collectFactors, NO_LEVEL, type RawLeaf, type RawSpace, rawLeaves } from './raw-space.ts';
import type { ParameterValue, Study, StudyFactor, StudyLevel } from './study.ts';

/** A search that goes on as results come in. Plain JSON: part of a stored study; what it has drawn so far is the study's space. */
export interface Search {
  readonly kind: 'coarse-to-fine';
  /** What configurations are compared by, averaged over their seeds; `min`: smaller is better. */
  readonly metric: string;
  readonly goal: 'min' | 'max';
  /** Configurations that the next box is drawn around. */
  readonly keep: number;
  readonly seed: number;
  readonly stages: readonly SearchStage[];
  /** Rows of the space that each stage so far has drawn. */
  readonly drawn: readonly number[];
  /** From which the first stage drew, and from which the last one did. */
  readonly domain: StoredSpace;
  readonly box: StoredSpace;
}

export interface SearchStage {
  readonly samples: number;
  /** What its trials do differently, for example with fewer training epochs. */
  readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** A space with its own levels and without places. */
export type StoredSpace =
  | {
      readonly kind: 'factor';
      readonly factor: string;
      readonly levels: readonly StudyLevel[] | NumericRange | Distribution;
      readonly when?: string;
    }
  | { readonly kind: 'product' | 'zip' | 'union'; readonly of: readonly StoredSpace[] };

/** The factor that tells the stages apart. */
export const STAGE_FACTOR = 'stage';

/** Configurations that all stages together may have: the size of the grid. */
export function searchSize(search: Search): number {
  return search.stages.reduce((total, { samples }) => total + samples, 0);
}

/** In which stage a configuration was drawn, from 0. @param gridIndex one that was drawn. */
export function stageOf(search: Pick<Search, 'drawn'> | undefined, gridIndex: number): number {
  let end = 0;
  return search?.drawn.findIndex((rows) => gridIndex < (end += rows)) ?? 0;
}

export function toStored(space: RawSpace): StoredSpace {
  if (space.kind !== 'factor') return { kind: space.kind, of: space.of.map(toStored) };
  const { kind, factor, levels, when } = space;
  return { kind, factor, levels, ...(when === undefined ? {} : { when }) };
}

export function toRaw(space: StoredSpace): RawSpace {
  if (space.kind !== 'factor') return { kind: space.kind, of: space.of.map(toRaw), path: [] };
  return { ...space, path: [], placeOf: () => [] };
}

/** The level of a stage: its number is the label. @param stage from 0. */
export function stageLevel(search: Pick<Search, 'stages'>, stage: number): StudyLevel {
  return { label: String(stage + 1), assignments: search.stages[stage]?.parameters ?? {} };
}

/** `count` leaves of one stage, as a column beside those that were drawn. */
export function stageLeaf(search: Pick<Search, 'stages'>, stage: number, count: number): RawLeaf {
  const level = stageLevel(search, stage);
  return { kind: 'factor', factor: STAGE_FACTOR, path: [], levels: Array(count).fill(level), placeOf: () => [] };
}

export interface Proposal {
  readonly factors: readonly StudyFactor[];
  readonly space: Space;
  readonly search: Search;
  /** Rows that were added. */
  readonly added: number;
  /** Why these: for people. */
  readonly reason: string;
}

/**
 * The configurations of the next stage, drawn around the best of the last one.
 * @param scores of the rows of the last stage, in order; undefined for one without any result.
 * @returns undefined when the search has ended: no further stage, no result to go by, or nothing new to draw.
 */
export function nextStage(study: Study, scores: readonly (number | undefined)[]): Proposal | undefined {
  const { search } = study;
  const stage = search?.drawn.length ?? 0;
  const next = search?.stages[stage];
  if (search === undefined || next === undefined) return undefined;
  const ranked = scores
    .flatMap((score, row) => (score === undefined ? [] : [{ row, score }]))
    .sort((a, b) => (search.goal === 'min' ? a.score - b.score : b.score - a.score));
  const kept = ranked.slice(0, search.keep);
  if (kept.length === 0) return undefined;

  const before = columnsOf(study);
  const start = search.drawn.slice(0, -1).reduce((total, rows) => total + rows, 0);
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
  const leaves = [...before].map(([factor, levels]): RawLeaf => {
    const all = [...levels, ...(added.get(factor) ?? Array<StudyLevel>(drawn.found).fill(NO_LEVEL))];
    return { kind: 'factor', factor, path: [], levels: all, placeOf: () => [] };
  });
  const { factors, space } = collectFactors({ kind: 'zip', of: leaves, path: [] }, () => undefined);
  const [best, worst] = [kept[0]?.score, kept.at(-1)?.score];
  return {
    factors,
    space,
    search: { ...search, drawn: [...search.drawn, drawn.found], box },
    added: drawn.found,
    reason:
      `Stage ${stage + 1} of ${search.stages.length}: ${drawn.found} configurations around the best ${kept.length} of ` +
      `${scores.length} by ${search.metric} (${shortened(best)} to ${shortened(worst)}). ${told.join('. ')}.`,
  };
}

const shortened = (value: number | undefined): string => String(Number((value ?? Number.NaN).toPrecision(6)));

/** The levels of all rows so far, by factor in the order of the study. */
function columnsOf({ factors, space }: Study): ReadonlyMap<string, readonly StudyLevel[]> {
  const parts = space?.kind === 'zip' ? space.of : [];
  return new Map(
    factors.map((factor) => {
      const leaf = parts.find((part) => part.kind === 'factor' && part.factor === factor.name);
      const digits = leaf?.kind === 'factor' ? leaf.digits : [];
      const list = 'count' in digits ? Array.from({ length: digits.count }, (_, i) => digits.from + i) : digits;
      return [factor.name, list.map((digit) => (digit === ABSENT ? NO_LEVEL : levelAt(factor, digit)))];
    }),
  );
}

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
