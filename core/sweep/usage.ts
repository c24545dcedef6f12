import { allowsStart, type Usage } from '../budget/budget.ts';
import { type SlotKind, speedClass, speedOf } from '../budget/speed.ts';
import { vectorGet } from '../collections/sparse-vector.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { isLive, slotMs } from '../trial/trial.ts';
import { type CostOf, cellCost } from './cell-cost.ts';
import { type ClusterState, type SweepState, trialOf } from './state.ts';

/** What a sweep has used so far. */
export function usageOf(sweep: SweepState, now: number): Usage {
  let deviceMs = sweep.usedMs;
  for (const cell of sweep.live) {
    deviceMs += slotMs(trialOf(sweep, cell), now);
  }
  // What was reused has cost nothing.
  return { cells: sweep.trials.size - (sweep.reused ?? 0), deviceMs, wallMs: Math.max(0, now - sweep.createdAt) };
}

/** How long a trial of this cell takes in a slot, by what was measured; undefined before the first of its network has ended. */
export function expectedMs(
  state: Pick<ClusterState, 'speeds'>,
  { grid }: SweepState,
  cell: number,
  costOf: CostOf,
  place?: SlotKind,
): number | undefined {
  const gridIndex = gridIndexOf(grid, cell);
  const speed = speedOf(state.speeds, speedClass(grid.parameters(gridIndex)), place);
  return speed === undefined ? undefined : cellCost(grid, gridIndex, costOf) / speed;
}

/** Whether the budget of the sweep lets a cell start; asked for each candidate, so what is common to all is computed once. */
export function budgetGate(
  state: ClusterState,
  sweep: SweepState,
  now: number,
  costOf: CostOf,
  place?: SlotKind,
): (cell: number) => boolean {
  const { budget } = sweep.study;
  if (budget === undefined) return () => true;
  const usage = usageOf(sweep, now);
  let underWay = 0;
  for (const cell of sweep.live) {
    const trial = trialOf(sweep, cell);
    const whole = expectedMs(state, sweep, cell, costOf, place);
    if (isLive(trial) && whole !== undefined) underWay += Math.max(0, whole - (now - trial.leasedAt));
  }
  return (cell) => {
    const isNew = vectorGet(sweep.trials, cell) === undefined;
    if (isNew && budget.cells !== undefined && usage.cells >= budget.cells) return false;
    return allowsStart(budget, usage, expectedMs(state, sweep, cell, costOf, place), underWay);
  };
}
