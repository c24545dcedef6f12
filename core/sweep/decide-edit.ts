import type { Command } from './commands.ts';
import { accept, type Decision } from './decision.ts';
import { planEdit } from './edit-plan.ts';
import type { SweepEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { ClusterState, SweepState } from './state.ts';

/** The study of a sweep is replaced; what it has of the old one goes on, and the sweep ends when nothing is left to do. */
export function decideEdit(
  state: ClusterState,
  sweep: SweepState,
  { requestId, study, studyYaml, cancelRunning }: Extract<Command, { type: 'edit-sweep' }>,
  at: number,
): Decision {
  const plan = planEdit(sweep, study);
  if (!plan.ok) return plan;
  const sweepId = sweep.id;
  const { added, removed } = plan;
  const edited: SweepEvent = {
    type: 'sweep-edited',
    ...{ sweepId, requestId, study: plan.study, studyYaml, added, withdrawn: removed.waiting },
    cancelled: cancelRunning ? removed.live : [],
    at,
  };
  const after = evolve(state, edited).sweeps.get(sweepId) as SweepState;
  const over = after.status === 'active' && after.counts.pending === 0 && after.live.size === 0;
  return accept(over ? [edited, { type: 'sweep-completed', sweepId, at }] : [edited], { sweepId });
}
