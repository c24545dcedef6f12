import type { SlotKind } from '../../core/budget/speed.ts';
import { estimateTime } from '../../core/plan/time-left.ts';
import type { CostOf } from '../../core/sweep/cell-cost.ts';
import type { SweepState } from '../../core/sweep/state.ts';
import type { ApiDeps } from './sweep-api.ts';

/** One for each slot of the connected workers. */
export function connectedSlots({ sessions }: Pick<ApiDeps, 'sessions'>): readonly SlotKind[] {
  return sessions.registry
    .places()
    .flatMap(({ executor, kind, slots }) => Array<SlotKind>(slots).fill({ executor, kind }));
}

/** Until an active sweep is through, ms, if it had the cluster for itself; undefined while too little was measured. */
export function timeLeft(
  deps: Pick<ApiDeps, 'ledger' | 'sessions'>,
  sweep: SweepState,
  costOf: CostOf,
): number | undefined {
  if (sweep.status !== 'active' || sweep.paused || sweep.exhausted !== undefined) return undefined;
  let cells = sweep.counts.pending;
  for (const cell of sweep.live) {
    const progress = deps.sessions.book.get(sweep.id, cell)?.progress;
    cells += progress && progress.steps > 0 ? Math.max(0, 1 - progress.step / progress.steps) : 1;
  }
  return estimateTime(sweep.grid, cells, deps.ledger.state.speeds, connectedSlots(deps), costOf)?.wallMs;
}
