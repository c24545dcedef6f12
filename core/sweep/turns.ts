import type { ClusterState, SweepState } from './state.ts';

/**
 * Sweeps that may start a cell, in the order in which they are asked for one: the highest priority first; among equals the one
 * with the fewest live trials, so that they share the slots evenly; among these the oldest.
 */
export function sweepsByTurn(state: ClusterState): readonly SweepState[] {
  return [...state.sweeps.values()]
    .filter(
      (sweep) =>
        sweep.status === 'active' && !sweep.paused && sweep.exhausted === undefined && sweep.counts.pending > 0,
    )
    .sort((a, b) => priorityOf(b) - priorityOf(a) || a.live.size - b.live.size);
}

const priorityOf = ({ study }: SweepState): number => study.priority ?? 0;
