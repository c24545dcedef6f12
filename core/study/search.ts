import type { Distribution } from '../search/distribution.ts';
import type { NumericRange } from '../space/numeric-range.ts';
import { ABSENT, type Space } from '../space/space.ts';
import { levelAt } from './levels.ts';
import { collectFactors, NO_LEVEL, type RawLeaf, type RawSpace } from './raw-space.ts';
import type { ParameterValue, Study, StudyFactor, StudyLevel } from './study.ts';

/** A search that goes on as results come in. Plain JSON: part of a stored study; what it has drawn so far is the study's space. */
export type Search = CoarseToFine | ModelSearch | CmaEs | Pbt | Ask | AdaptiveReplicas;

interface CommonSearch {
  /** What configurations are compared by, averaged over their seeds; `min`: smaller is better. */
  readonly metric: string;
  readonly goal: 'min' | 'max';
  readonly seed: number;
  /** Rows of the space that each stage so far has drawn. */
  readonly drawn: readonly number[];
  /** From which the first stage drew. */
  readonly domain: StoredSpace;
}

/** By a tree-structured Parzen estimator, or by the expected improvement under a Gaussian process. */
export interface ModelSearch extends CommonSearch {
  readonly kind: 'tpe' | 'gp';
  /** Configurations altogether, of which the first `startup` are random. */
  readonly samples: number;
  readonly startup: number;
  /** Configurations that are drawn at a time. */
  readonly batch: number;
}

export interface CmaEs extends CommonSearch {
  readonly kind: 'cma-es';
  readonly samples: number;
  /** Configurations of a generation. */
  readonly population: number;
}

/** Population-based training: see population-generations.ts. */
export interface Pbt extends CommonSearch {
  readonly kind: 'pbt';
  /** Members of each generation. */
  readonly population: number;
  readonly generations: number;
  /** Share of the members that is replaced after each generation, by as many of the best. */
  readonly exploit: number;
  /** The sweep, which names the weights that members keep; absent before it is submitted. */
  readonly sweep?: string;
}

export interface CoarseToFine extends CommonSearch {
  readonly kind: 'coarse-to-fine';
  /** Configurations that the next box is drawn around. */
  readonly keep: number;
  readonly stages: readonly SearchStage[];
  /** From which the last stage drew. */
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

/** More seeds where they decide something; see adaptive-replicas.ts. */
export interface AdaptiveReplicas {
  readonly kind: 'replicas';
  /** Seeds that every row begins with. */
  readonly start: number;
  readonly metric: string;
  readonly confidence: number;
  /** No seed is added beyond this, by the time that trials have taken. */
  readonly deviceHours?: number;
  /** Further seeds by grid index. */
  readonly granted: Readonly<Record<number, number>>;
  /** It draws no configurations. */
  readonly drawn: readonly number[];
}

/** An outside program decides; see asked-configurations.ts. */
export interface Ask {
  readonly kind: 'ask';
  /** Configurations that it may ask for. */
  readonly samples: number;
  readonly drawn: readonly number[];
  /** Inside which it has to stay; absent: any parameters that a trial can have. */
  readonly domain?: StoredSpace;
  /** It has said that it asks no more. */
  readonly ended?: true;
}

/** The factor that tells the stages apart. */
export const STAGE_FACTOR = 'stage';

/** Configurations that all stages together may have: the size of the grid. */
export function searchSize(search: Exclude<Search, AdaptiveReplicas>): number {
  switch (search.kind) {
    case 'coarse-to-fine':
      return search.stages.reduce((total, { samples }) => total + samples, 0);
    case 'pbt':
      return search.population * search.generations;
    default:
      return search.samples;
  }
}

/** Configurations that are still to come, at most. */
export function leftToDraw(search: Search): number {
  if (search.kind === 'replicas') return 0;
  if (search.kind === 'coarse-to-fine')
    return search.stages.slice(search.drawn.length).reduce((total, { samples }) => total + samples, 0);
  return search.kind === 'ask' && search.ended ? 0 : searchSize(search) - drawnRows(search);
}

/** Configurations so far. */
export function drawnRows({ drawn }: Pick<Search, 'drawn'>): number {
  return drawn.reduce((total, rows) => total + rows, 0);
}

/** Whether somebody outside may still add configurations: the sweep is not over when its trials are. */
export function isOpen(search: Search | undefined): boolean {
  return search?.kind === 'ask' && leftToDraw(search) > 0;
}

/** In which stage a configuration was drawn, from 0; a search that does all trials alike has one. @param gridIndex one that was drawn. */
export function stageOf(search: Search | undefined, gridIndex: number): number {
  if (search?.kind !== 'coarse-to-fine' && search?.kind !== 'pbt') return 0;
  let end = 0;
  return search.drawn.findIndex((rows) => gridIndex < (end += rows));
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

export interface Proposal {
  readonly factors: readonly StudyFactor[];
  readonly space: Space;
  readonly search: Search;
  /** Rows that were added. */
  readonly added: number;
  /** Why these: for people. */
  readonly reason: string;
}

/** What is known of a configuration that was drawn. */
export interface Outcome {
  /** Mean objective over the seeds that have one. */
  readonly score?: number;
  /** Whether all its trials have ended. */
  readonly ended: boolean;
}

/** The levels of all rows so far, by factor in the order of the study. */
export function columnsOf({ factors, space }: Study): ReadonlyMap<string, readonly StudyLevel[]> {
  // A zip of one factor is stored as the factor.
  const parts = space?.kind === 'zip' ? space.of : space ? [space] : [];
  return new Map(
    factors.map((factor) => {
      const leaf = parts.find((part) => part.kind === 'factor' && part.factor === factor.name);
      const digits = leaf?.kind === 'factor' ? leaf.digits : [];
      const list = 'count' in digits ? Array.from({ length: digits.count }, (_, i) => digits.from + i) : digits;
      return [factor.name, list.map((digit) => (digit === ABSENT ? NO_LEVEL : levelAt(factor, digit)))];
    }),
  );
}

/** The space with more rows. @param added levels by factor, `count` each; a factor that is not there is absent in them, and one that the study has not in those before. */
export function withRows(
  study: Study,
  added: ReadonlyMap<string, readonly StudyLevel[]>,
  count: number,
): Pick<Proposal, 'factors' | 'space'> {
  const columns = columnsOf(study);
  const before = study.search === undefined ? 0 : drawnRows(study.search);
  const absent = (rows: number) => Array<StudyLevel>(rows).fill(NO_LEVEL);
  const leaves = [...new Set([...columns.keys(), ...added.keys()])].map((factor): RawLeaf => {
    const all = [...(columns.get(factor) ?? absent(before)), ...(added.get(factor) ?? absent(count))];
    return { kind: 'factor', factor, path: [], levels: all, placeOf: () => [] };
  });
  const { factors, space } = collectFactors({ kind: 'zip', of: leaves, path: [] }, () => undefined);
  return { factors, space };
}
