import type { Grid } from '../grid/grid.ts';
import type { Study } from '../study/study.ts';
import { type AfterRule, applyRules } from './after.ts';
import { type Order, orderOf } from './order.ts';

/** Cells that a study may have whose trials wait for each other: each is looked at, unlike those of other studies. */
export const MAX_DEPENDENT_CELLS = 100_000;

/** What says that trials wait for others. */
export interface Dependent {
  readonly study: Pick<Study, 'after'>;
  readonly grid: Grid;
}

/**
 * Which configurations wait for which, seed by seed: one with `initialWeights: NAME` for the one with `saveWeightsAs: NAME`, and
 * those of a rule of `after`. A directed graph without rounds.
 */
export interface Dependencies {
  /** Configurations that it waits for, each once: first the one from whose weights it starts, then those of the rules. */
  upstreamsOf(gridIndex: number): readonly number[];
  /** The one of them from whose weights it starts. */
  weightsOf(gridIndex: number): number | undefined;
  /** Configurations that others wait for, each after those that it waits for itself. */
  readonly sources: readonly number[];
  readonly isSource: (gridIndex: number) => boolean;
  /** Configurations that wait for others, likewise. */
  readonly dependents: readonly number[];
}

/** Of the configurations of one grid, found once; for dependency-problems.ts. */
export interface FoundDependencies extends Dependencies {
  readonly order: Order;
  /** By rule: configurations that it lets wait for nothing. */
  readonly idle: readonly (readonly number[])[];
  /** The rule by which one waits for another; undefined: for its weights. */
  ruleOf(gridIndex: number, upstream: number): number | undefined;
}

/** Grids and studies are immutable, so what follows from them stays true. */
const known = new WeakMap<Grid, { readonly after: Study['after']; readonly found: FoundDependencies }>();

/** @param of a study that says `dependencies`; every configuration of it is visited once for each rule. */
export function dependenciesOf({ study: { after }, grid }: Dependent): FoundDependencies {
  const remembered = known.get(grid);
  if (remembered !== undefined && remembered.after === after) return remembered.found;
  const found = newDependencies(grid, after ?? []);
  known.set(grid, { after, found });
  return found;
}

const NONE: readonly number[] = [];

function newDependencies(grid: Grid, rules: readonly AfterRule[]): FoundDependencies {
  const isWanted = wantedConfigurations(grid);
  const configurations: number[] = [];
  for (let gridIndex = 0; gridIndex < grid.size; gridIndex++)
    if (grid.allows(gridIndex)) configurations.push(gridIndex);
  const weights = weightsTaken(grid, configurations, isWanted);
  const applied = applyRules(rules, grid, configurations, isWanted);
  const upstreams = new Map<number, readonly number[]>();
  for (const gridIndex of configurations) {
    const saver = weights.get(gridIndex);
    const lists = [
      ...(saver === undefined ? [] : [[saver]]),
      ...applied.map((rule) => rule.upstreams.get(gridIndex) ?? NONE),
    ].filter((list) => list.length > 0);
    // Mostly there is one, which many share.
    const [only = NONE] = lists;
    if (lists.length > 0) upstreams.set(gridIndex, lists.length === 1 ? only : [...new Set(lists.flat())]);
  }
  const upstreamsOf = (gridIndex: number): readonly number[] => upstreams.get(gridIndex) ?? NONE;
  const order = orderOf([...upstreams.keys()], upstreamsOf, isWanted);
  const isSource = new Set([...new Set(upstreams.values())].flat());
  const depthOf = (gridIndex: number): number => order.depths.get(gridIndex) ?? 0;
  return {
    upstreamsOf,
    weightsOf: (gridIndex) => weights.get(gridIndex),
    sources: [...isSource].sort((a, b) => depthOf(a) - depthOf(b) || a - b),
    isSource: (gridIndex) => isSource.has(gridIndex),
    dependents: order.order,
    order,
    idle: applied.map(({ idle }) => idle),
    ruleOf(gridIndex, upstream) {
      if (weights.get(gridIndex) === upstream) return undefined;
      return applied.findIndex((rule) => rule.upstreams.get(gridIndex)?.includes(upstream));
    },
  };
}

/** By configuration the one from whose weights it starts. */
function weightsTaken(
  grid: Grid,
  configurations: readonly number[],
  isWanted: (gridIndex: number) => boolean,
): ReadonlyMap<number, number> {
  const savers = new Map<string, number>();
  const users: { readonly gridIndex: number; readonly name: string }[] = [];
  for (const gridIndex of configurations) {
    const { saveWeightsAs, initialWeights } = grid.parameters(gridIndex);
    if (typeof initialWeights === 'string') users.push({ gridIndex, name: initialWeights });
    if (typeof saveWeightsAs !== 'string') continue;
    const before = savers.get(saveWeightsAs);
    // Of a sweep that was edited, what its present study has comes first; what an edit took away may have run before.
    if (before === undefined || isWanted(gridIndex) || !isWanted(before)) savers.set(saveWeightsAs, gridIndex);
  }
  return new Map(
    users.flatMap(({ gridIndex, name }): [number, number][] => {
      const saver = savers.get(name);
      return saver === undefined ? [] : [[gridIndex, saver]];
    }),
  );
}

/** Whether the present study has a configuration, with any seed. */
function wantedConfigurations(grid: Grid): (gridIndex: number) => boolean {
  const found = new Map<number, boolean>();
  return (gridIndex) => {
    const before = found.get(gridIndex);
    if (before !== undefined) return before;
    const wanted = grid.seeds.some((_, seedIndex) => grid.wants(grid.cellOf(gridIndex, seedIndex)));
    found.set(gridIndex, wanted);
    return wanted;
  };
}
