import type { Grid } from '../grid/grid.ts';
import type { TrialParameters } from '../study/trial-parameters.ts';
import { validParameters } from '../study/valid-parameters.ts';

/** Estimated cost of a trial, any unit. */
export type CostOf = (parameters: TrialParameters) => number;

/** Configurations whose cost is remembered for each grid: some more than are compared before any of them starts. */
const CAPACITY = 4_096;
/** Grids are immutable and costs pure, so what is remembered stays true. */
const remembered = new WeakMap<CostOf, WeakMap<Grid, Map<number, number>>>();

/** `costOf` of a configuration, remembered: the same few cells are compared again for each lease. 0 when its parameters are not valid. */
export function cellCost(grid: Grid, gridIndex: number, costOf: CostOf): number {
  const costs = costsOf(grid, costOf);
  const known = costs.get(gridIndex);
  if (known !== undefined) return known;
  if (costs.size >= CAPACITY) costs.clear();
  const valid = validParameters(grid, gridIndex);
  const cost = 'parameters' in valid ? costOf(valid.parameters) : 0;
  costs.set(gridIndex, cost);
  return cost;
}

function costsOf(grid: Grid, costOf: CostOf): Map<number, number> {
  const ofGrids = remembered.get(costOf) ?? new WeakMap<Grid, Map<number, number>>();
  const costs = ofGrids.get(grid) ?? new Map<number, number>();
  remembered.set(costOf, ofGrids.set(grid, costs));
  return costs;
}
