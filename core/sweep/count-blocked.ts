import { dependenciesOf } from '../dependencies/dependencies.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { type SweepState, trialOf } from './state.ts';

/** Blocked cells of a sweep, each visited: for when an upstream cell has ended without a result, or may be tried again. */
export function* blockedCells(sweep: SweepState): Generator<number> {
  const { study, grid, status } = sweep;
  if (study.dependencies !== true || status === 'cancelled') return;
  for (const gridIndex of dependenciesOf(grid).dependents)
    for (const seedIndex of grid.seeds.keys()) {
      const cell = grid.cellOf(gridIndex, seedIndex);
      if (trialOf(sweep, cell).state === 'blocked') yield cell;
    }
}

/** The sweep with blocked and pending cells counted anew. */
export function withBlockedCounted(sweep: SweepState): SweepState {
  if (sweep.study.dependencies !== true || sweep.status === 'cancelled') return sweep;
  let blocked = 0;
  for (const _ of blockedCells(sweep)) blocked++;
  const { counts } = sweep;
  if (blocked === counts.blocked) return sweep;
  return { ...sweep, counts: { ...counts, blocked, pending: counts.pending + counts.blocked - blocked } };
}

/**
 * The same, after a trial or an attempt has ended without a result: others may have waited for it, and what was lost may wait
 * itself, for what an edit has put before it.
 */
export function afterEndOf(sweep: SweepState, cell: number): SweepState {
  if (sweep.study.dependencies !== true) return sweep;
  const { state } = trialOf(sweep, cell);
  if (state === 'pending') return sweep;
  const isSource = dependenciesOf(sweep.grid).isSource(gridIndexOf(sweep.grid, cell));
  return isSource || state === 'blocked' ? withBlockedCounted(sweep) : sweep;
}
