import { nextReplicas, type ReplicaOutcome } from '../study/adaptive-replicas.ts';
import { nextProposal } from '../study/next-proposal.ts';
import { isOpen } from '../study/search.ts';
import type { Trial } from '../trial/trial.ts';
import type { SweepEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { outcomesOf } from './outcomes.ts';
import { type ClusterState, type SweepState, trialOf } from './state.ts';

/** When a trial ends, a search may go on; when the last one does and it has not, the sweep is completed. @param events exactly one of them ends a trial, or an attempt where trials may be blocked. */
export function withCompletion(
  state: ClusterState,
  sweep: SweepState,
  events: readonly SweepEvent[],
  at: number,
): readonly SweepEvent[] {
  if (sweep.study.dependencies === true) {
    // What waits for this trial may be blocked by its end.
    const { pending, leased, running } = (events.reduce(evolve, state).sweeps.get(sweep.id) as SweepState).counts;
    return pending + leased + running > 0 ? events : [...events, { type: 'sweep-completed', sweepId: sweep.id, at }];
  }
  const finished = sweep.counts.succeeded + sweep.counts.failed + sweep.counts.stopped + 1;
  if (sweep.study.search?.kind === 'replicas') {
    if (finished < sweep.total) return events;
    const after = events.reduce(evolve, state).sweeps.get(sweep.id) as SweepState;
    const granted = nextReplicas(after.study, sweep.study.search, after.grid, (cell) =>
      replicaOutcome(trialOf(after, cell)),
    );
    if (granted) return [...events, { type: 'replicas-granted', sweepId: sweep.id, ...granted, at }];
  } else if (sweep.study.search !== undefined) {
    const after = events.reduce(evolve, state).sweeps.get(sweep.id) as SweepState;
    const next = nextProposal(after.study, () => outcomesOf(after), after.counts.pending, after.live.size);
    if (next) return [...events, { type: 'configurations-proposed', sweepId: sweep.id, ...next, at }];
  }
  return finished === sweep.total && !isOpen(sweep.study.search)
    ? [...events, { type: 'sweep-completed', sweepId: sweep.id, at }]
    : events;
}

function replicaOutcome(trial: Trial): ReplicaOutcome {
  const ms = 'finishedAt' in trial && 'startedAt' in trial ? (trial.finishedAt ?? 0) - (trial.startedAt ?? 0) : 0;
  return {
    ...(trial.state === 'succeeded' && trial.objective !== undefined ? { objective: trial.objective } : {}),
    ms,
  };
}
