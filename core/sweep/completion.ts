import { nextProposal } from '../study/next-proposal.ts';
import { isOpen } from '../study/search.ts';
import type { SweepEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { outcomesOf } from './outcomes.ts';
import type { ClusterState, SweepState } from './state.ts';

/** When a trial ends, a search may go on; when the last one does and it has not, the sweep is completed. @param events exactly one of them ends a trial. */
export function withCompletion(
  state: ClusterState,
  sweep: SweepState,
  events: readonly SweepEvent[],
  at: number,
): readonly SweepEvent[] {
  const finished = sweep.counts.succeeded + sweep.counts.failed + sweep.counts.stopped + 1;
  if (sweep.study.search !== undefined) {
    const after = events.reduce(evolve, state).sweeps.get(sweep.id) as SweepState;
    const next = nextProposal(after.study, () => outcomesOf(after), after.counts.pending, after.live.size);
    if (next) return [...events, { type: 'configurations-proposed', sweepId: sweep.id, ...next, at }];
  }
  return finished === sweep.total && !isOpen(sweep.study.search)
    ? [...events, { type: 'sweep-completed', sweepId: sweep.id, at }]
    : events;
}
