import { dependenciesOf, MAX_CHAIN } from '../dependencies/dependencies.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { isLive, type Trial } from '../trial/trial.ts';
import type { SweepState } from './state.ts';

/** The cell from whose weights this one starts; undefined when it waits for none. Costs nothing where the study has no dependencies. */
export function upstreamOf({ study, grid }: Pick<SweepState, 'study' | 'grid'>, cell: number): number | undefined {
  if (study.dependencies !== true) return undefined;
  const upstream = dependenciesOf(grid).upstreamOf(gridIndexOf(grid, cell));
  return upstream === undefined ? undefined : grid.cellOf(upstream, grid.seedIndexAt(cell));
}

/**
 * The cell that keeps a pending one from ever starting: the nearest upstream that has ended without a result. What is blocked
 * is never stored, it follows from the trials: when the blocker is tried again, what waits for it simply waits.
 * @param storedOf the trial of a cell, blocked or not.
 */
export function blockerOf(
  sweep: Pick<SweepState, 'study' | 'grid'>,
  cell: number,
  storedOf: (cell: number) => Trial,
): number | undefined {
  let steps = 0;
  for (let next = upstreamOf(sweep, cell); next !== undefined; next = upstreamOf(sweep, next)) {
    const trial = storedOf(next);
    if (trial.state === 'succeeded' || isLive(trial)) return undefined;
    if (trial.state !== 'pending') return next;
    if (++steps > MAX_CHAIN) return undefined;
  }
  return undefined;
}
