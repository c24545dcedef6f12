import type { Grid } from '../grid/grid.ts';
import type { WeightsParameter } from './weight-names.ts';

/** Cells that a study may have whose trials wait for each other: each is looked at, unlike those of other studies. */
export const MAX_DEPENDENT_CELLS = 100_000;
/** Trials that may follow one another. */
export const MAX_CHAIN = 64;

/**
 * Which configuration starts from whose weights: one with `initialWeights: NAME` from the one with `saveWeightsAs: NAME`, seed by
 * seed. Each has one upstream at most, so what depends on what is a forest.
 */
export interface Dependencies {
  /** The configuration from whose weights it starts; undefined: it waits for none. */
  upstreamOf(gridIndex: number): number | undefined;
  /** Configurations that others start from, each after the one that it starts from itself. */
  readonly sources: readonly number[];
  readonly isSource: (gridIndex: number) => boolean;
  /** Configurations that have an upstream. */
  readonly dependents: readonly number[];
}

/** Grids are immutable, so what follows from one stays true. */
const known = new WeakMap<Grid, Dependencies>();

/** @param grid of a study that says `dependencies`; every configuration of it is visited once. */
export function dependenciesOf(grid: Grid): Dependencies {
  const found = known.get(grid) ?? newDependencies(grid);
  known.set(grid, found);
  return found;
}

function newDependencies(grid: Grid): Dependencies {
  const savers = new Map<string, number>();
  const users: { readonly gridIndex: number; readonly name: string }[] = [];
  for (let gridIndex = 0; gridIndex < grid.size; gridIndex++) {
    if (!grid.allows(gridIndex)) continue;
    const { saveWeightsAs, initialWeights } = grid.parameters(gridIndex);
    if (typeof initialWeights === 'string') users.push({ gridIndex, name: initialWeights });
    if (typeof saveWeightsAs !== 'string') continue;
    const before = savers.get(saveWeightsAs);
    // Of a sweep that was edited, what its present study has comes first; what an edit took away may have run before.
    if (before === undefined || isWanted(grid, gridIndex) || !isWanted(grid, before))
      savers.set(saveWeightsAs, gridIndex);
  }
  const upstream = new Map<number, number>();
  for (const { gridIndex, name } of users) {
    const saver = savers.get(name);
    if (saver !== undefined) upstream.set(gridIndex, saver);
  }
  const sources = [...new Set(upstream.values())]
    .map((gridIndex) => ({ gridIndex, depth: chainOf(upstream, gridIndex).length }))
    .sort((a, b) => a.depth - b.depth || a.gridIndex - b.gridIndex)
    .map(({ gridIndex }) => gridIndex);
  const isSource = new Set(sources);
  return {
    upstreamOf: (gridIndex) => upstream.get(gridIndex),
    sources,
    isSource: (gridIndex) => isSource.has(gridIndex),
    dependents: [...upstream.keys()],
  };
}

const isWanted = (grid: Grid, gridIndex: number): boolean =>
  grid.seeds.some((_, seedIndex) => grid.wants(grid.cellOf(gridIndex, seedIndex)));

/** What a configuration waits for, the nearest first; it ends at `MAX_CHAIN`, or where it would come round. */
function chainOf(upstream: ReadonlyMap<number, number>, gridIndex: number): readonly number[] {
  const chain: number[] = [];
  for (let next = upstream.get(gridIndex); next !== undefined; next = upstream.get(next)) {
    chain.push(next);
    if (next === gridIndex || chain.length > MAX_CHAIN) break;
  }
  return chain;
}

/** What is wrong with the weights that a configuration takes or keeps. */
export interface DependencyProblem {
  readonly gridIndex: number;
  readonly parameter: WeightsParameter;
  readonly message: string;
}

/** Two configurations that keep weights under one name that others take; trials that wait for themselves; chains that are too long. */
export function dependencyProblems(grid: Grid): readonly DependencyProblem[] {
  const dependencies = dependenciesOf(grid);
  const title = (gridIndex: number): string => grid.title(gridIndex) || 'the only configuration';
  const upstream = new Map(dependencies.dependents.map((index) => [index, dependencies.upstreamOf(index) as number]));
  const names = new Set([...upstream.keys()].map((index) => grid.parameters(index)['initialWeights']));
  const first = new Map<unknown, number>();
  const problems: DependencyProblem[] = [];
  for (let gridIndex = 0; gridIndex < grid.size; gridIndex++) {
    if (!grid.allows(gridIndex)) continue;
    const name = grid.parameters(gridIndex)['saveWeightsAs'];
    if (name === undefined || !names.has(name)) continue;
    const other = first.get(name);
    if (other === undefined) first.set(name, gridIndex);
    else
      problems.push({
        gridIndex,
        parameter: 'saveWeightsAs',
        message: `Expected one configuration to keep weights as ${name}, from which others of this study start, got ${title(other)} and ${title(gridIndex)}`,
      });
  }
  for (const gridIndex of dependencies.dependents) {
    const chain = chainOf(upstream, gridIndex);
    const comesRound = chain.at(-1) === gridIndex;
    if (!comesRound && chain.length <= MAX_CHAIN) continue;
    const message = comesRound
      ? `Expected a trial to start from the weights of one that does not wait for it, got ${[gridIndex, ...chain].map(title).join(' ← ')}`
      : `Expected at most ${MAX_CHAIN} trials that follow one another, got more before ${title(gridIndex)}`;
    problems.push({ gridIndex, parameter: 'initialWeights', message });
    if (problems.length >= 20) break;
  }
  return problems.slice(0, 20);
}
