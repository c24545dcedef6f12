import { dependenciesOf } from '../dependencies/dependencies.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { type SweepState, storedTrialOf, trialOf } from './state.ts';
import { isHopeless } from './upstream.ts';

/**
 * Blocked cells of a sweep, each visited after those that it waits for: for when a cell that others wait for has ended without a
 * result, or may be tried again.
 */
export function* blockedCells(sweep: SweepState): Generator<number> {
  const { study, grid, status } = sweep;
  if (study.dependencies !== true || status === 'cancelled') return;
  const { dependents, upstreamsOf } = dependenciesOf(sweep);
  for (const seedIndex of grid.seeds.keys()) {
    const blocked = new Set<number>();
    const isInVain = (gridIndex: number): boolean =>
      blocked.has(gridIndex) || isHopeless(storedTrialOf(sweep, grid.cellOf(gridIndex, seedIndex)));
    for (const gridIndex of dependents) {
      const cell = grid.cellOf(gridIndex, seedIndex);
      if (storedTrialOf(sweep, cell).state !== 'pending' || !upstreamsOf(gridIndex).some(isInVain)) continue;
      blocked.add(gridIndex);
      yield cell;
    }
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
  const isSource = dependenciesOf(sweep).isSource(gridIndexOf(sweep.grid, cell));
  return isSource || state === 'blocked' ? withBlockedCounted(sweep) : sweep;
}
