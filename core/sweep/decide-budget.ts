import { exceeded } from '../budget/budget.ts';
import { isLive } from '../trial/trial.ts';
import type { CostOf } from './cell-cost.ts';
import type { SweepEvent } from './events.ts';
import { nextCell } from './next-cell.ts';
import { type ClusterState, type SweepState, trialOf } from './state.ts';
import { budgetGate, usageOf } from './usage.ts';

/**
 * Sweeps that may use no more. At a limit of time what runs is given back, to go on from its last checkpoint should the budget
 * be raised; a sweep of which no pending cell may start and none runs is at its end too.
 */
export function decideBudgets(state: ClusterState, now: number, costOf: CostOf): readonly SweepEvent[] {
  return [...state.sweeps.active].flatMap((sweep) => {
    const reason = overBudget(state, sweep, now, costOf);
    return reason === undefined ? [] : [...endings(sweep, reason, now), exhausted(sweep, reason, now)];
  });
}

export function overBudget(state: ClusterState, sweep: SweepState, now: number, costOf: CostOf): string | undefined {
  const { budget } = sweep.study;
  if (budget === undefined || sweep.status !== 'active' || sweep.exhausted !== undefined) return undefined;
  const usage = usageOf(sweep, now);
  const over = exceeded(budget, usage);
  if (over !== undefined || sweep.live.size > 0 || sweep.counts.pending === 0) return over;
  // Whether there is one, not which.
  if (nextCell(sweep, () => 0, budgetGate(state, sweep, now, costOf), true) !== undefined) return undefined;
  return budget.cells !== undefined && usage.cells >= budget.cells
    ? `its ${budget.cells} cells have been started`
    : 'what is left of it is too short for the next cell';
}

const exhausted = ({ id }: SweepState, reason: string, at: number): SweepEvent => ({
  type: 'budget-exhausted',
  sweepId: id,
  reason,
  at,
});

function endings(sweep: SweepState, reason: string, at: number): readonly SweepEvent[] {
  return [...sweep.live].flatMap((cell): SweepEvent[] => {
    if (!isLive(trialOf(sweep, cell))) return [];
    const message = `the budget ended it: ${reason}`;
    // Nobody's fault, and said by nobody who works on it: its holder has yet to learn of it.
    return [{ type: 'attempt-lost', sweepId: sweep.id, cell, kind: 'preempted', message, worker: '', at }];
  });
}
