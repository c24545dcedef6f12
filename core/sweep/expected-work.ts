import { speedClass, speedOf } from '../budget/speed.ts';
import { vectorGet } from '../collections/sparse-vector.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { type CostOf, cellCost } from './cell-cost.ts';
import type { ClusterState, SweepState } from './state.ts';

/** Earlier seeds of a configuration that are asked how long it took. */
const MAX_LOOKS = 4;

/**
 * How much there is to do for a cell, in the unit of the cost model. What a configuration took with an earlier seed says more than
 * the model, which counts operations, and knows neither memory nor how many of them fill the processor; so it takes the model's place,
 * at the speed that was measured of its network.
 */
export function expectedWork(
  { speeds }: Pick<ClusterState, 'speeds'>,
  sweep: SweepState,
  costOf: CostOf,
): (cell: number) => number {
  const { grid } = sweep;
  const speedsOf = new Map<string, number | undefined>();

  function speedAt(gridIndex: number): number | undefined {
    const network = speedClass(grid.parameters(gridIndex));
    if (!speedsOf.has(network)) speedsOf.set(network, speedOf(speeds, network));
    return speedsOf.get(network);
  }

  return (cell) => {
    const gridIndex = gridIndexOf(grid, cell);
    const ms = earlierMs(sweep, gridIndex, grid.seedIndexAt(cell));
    const speed = ms === undefined ? undefined : speedAt(gridIndex);
    return ms === undefined || speed === undefined ? cellCost(grid, gridIndex, costOf) : ms * speed;
  };
}

/** How long a trial of this configuration with one of the seeds before took; undefined before one has succeeded. */
function earlierMs(sweep: SweepState, gridIndex: number, seedIndex: number): number | undefined {
  for (let earlier = seedIndex - 1; earlier >= Math.max(0, seedIndex - MAX_LOOKS); earlier--) {
    const trial = vectorGet(sweep.trials, sweep.grid.cellOf(gridIndex, earlier));
    if (trial?.state === 'succeeded' && trial.startedAt !== undefined)
      return Math.max(1, trial.finishedAt - trial.startedAt);
  }
  return undefined;
}
