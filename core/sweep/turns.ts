import type { ClusterState, SweepState } from './state.ts';

/**
 * Sweeps that may start a cell, in the order in which they are asked for one: the highest priority first; among equals those of
 * the user with the fewest live trials, so that users share the slots evenly, however many sweeps each has; of a user's the one with
 * the fewest; among these the oldest.
 */
export function sweepsByTurn(state: ClusterState): readonly SweepState[] {
  const liveOf = new Map<string, number>();
  for (const { user = '', live } of state.sweeps.active) liveOf.set(user, (liveOf.get(user) ?? 0) + live.size);
  const share = ({ user = '' }: SweepState): number => liveOf.get(user) ?? 0;
  return [...state.sweeps.active]
    .filter((sweep) => !sweep.paused && sweep.exhausted === undefined && sweep.counts.pending > 0)
    .sort((a, b) => priorityOf(b) - priorityOf(a) || share(a) - share(b) || a.live.size - b.live.size);
}

const priorityOf = ({ study }: SweepState): number => study.priority ?? 0;
