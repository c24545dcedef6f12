import { vectorEntries } from '../../core/collections/sparse-vector.ts';
import type { ClusterState } from '../../core/sweep/state.ts';

/** A cluster's state as plain JSON data: equal states have equal snapshots. */
export function snapshotOf(state: ClusterState): unknown {
  return {
    epoch: state.epoch,
    holder: state.holder,
    requests: [...state.requests],
    learnedMemory: [...state.learnedMemory],
    speeds: [...state.speeds],
    health: [...state.health],
    load: [...state.load].sort(([a], [b]) => (a < b ? -1 : 1)),
    sweeps: [...state.sweeps.values()].map(({ grid: _, study, trials, live, ...sweep }) => ({
      ...sweep,
      study: study.name,
      trials: [...vectorEntries(trials)],
      live: [...live].sort((a, b) => a - b),
    })),
  };
}
