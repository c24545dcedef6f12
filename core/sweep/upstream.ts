import { vectorGet } from '../collections/sparse-vector.ts';
import { dependenciesOf } from '../dependencies/dependencies.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { isLive, type Trial } from '../trial/trial.ts';
import type { SweepState } from './state.ts';

type Waiting = Pick<SweepState, 'study' | 'grid'>;

const NONE: readonly number[] = [];

/** The cells that this one waits for, of its own seed. Costs nothing where the study has no dependencies. */
export function upstreamsOf(sweep: Waiting, cell: number): readonly number[] {
  const { study, grid } = sweep;
  if (study.dependencies !== true) return NONE;
  const upstreams = dependenciesOf(sweep).upstreamsOf(gridIndexOf(grid, cell));
  if (upstreams.length === 0) return NONE;
  const seedIndex = grid.seedIndexAt(cell);
  return upstreams.map((gridIndex) => grid.cellOf(gridIndex, seedIndex));
}

/** The one of them from whose weights it starts. */
export function weightsOf(sweep: Waiting, cell: number): number | undefined {
  const { study, grid } = sweep;
  if (study.dependencies !== true) return undefined;
  const source = dependenciesOf(sweep).weightsOf(gridIndexOf(grid, cell));
  return source === undefined ? undefined : grid.cellOf(source, grid.seedIndexAt(cell));
}

/** Whether the cell has its result, whatever has become of others. */
export const hasSucceeded = ({ trials }: Pick<SweepState, 'trials'>, cell: number): boolean =>
  vectorGet(trials, cell)?.state === 'succeeded';

/** The first of the cells that this one still waits for; undefined: it may start. */
export function awaitedBy(sweep: Waiting & Pick<SweepState, 'trials'>, cell: number): number | undefined {
  const { study, grid } = sweep;
  if (study.dependencies !== true) return undefined;
  const upstreams = dependenciesOf(sweep).upstreamsOf(gridIndexOf(grid, cell));
  if (upstreams.length === 0) return undefined;
  const seedIndex = grid.seedIndexAt(cell);
  for (const gridIndex of upstreams) {
    const upstream = grid.cellOf(gridIndex, seedIndex);
    if (!hasSucceeded(sweep, upstream)) return upstream;
  }
  return undefined;
}

/** Ended, and not with a result: what waits for it waits in vain. */
export const isHopeless = ({ state }: Trial): boolean =>
  state === 'failed' || state === 'cancelled' || state === 'stopped';

/**
 * The cell that keeps a pending one from ever starting: one that it waits for, or that such a one waits for while it is pending
 * itself, and that has ended without a result; the nearest first. What is blocked is never stored, it follows from the trials: when
 * the blocker is tried again, what waits for it simply waits.
 * @param storedOf the trial of a cell, blocked or not.
 */
export function blockerOf(sweep: Waiting, cell: number, storedOf: (cell: number) => Trial): number | undefined {
  const seen = new Set<number>([cell]);
  // Breadth first: a set gives what is added while it is gone through.
  for (const next of seen) {
    for (const upstream of upstreamsOf(sweep, next)) {
      if (seen.has(upstream)) continue;
      const trial = storedOf(upstream);
      if (isHopeless(trial)) return upstream;
      if (!isLive(trial) && trial.state === 'pending') seen.add(upstream);
    }
  }
  return undefined;
}
