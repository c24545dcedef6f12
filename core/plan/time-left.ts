import { type SlotKind, type Speeds, speedClass, speedOf } from '../budget/speed.ts';
import { createGrid, type Grid } from '../grid/grid.ts';
import type { Study } from '../study/study.ts';
import { type CostOf, cellCost } from '../sweep/cell-cost.ts';

/** Configurations that stand for all of a large grid. */
const SAMPLE = 500;

/** What trials will take, by what earlier trials of the same networks took. Milliseconds. */
export interface TimeEstimate {
  /** In slots, all together. */
  readonly deviceMs: number;
  /** From now on, with these slots and nobody else on them; absent without slots. */
  readonly wallMs?: number;
}

/**
 * @param cells how many trials there are to run, running ones counted by what they have left.
 * @param slots of all connected workers.
 * @returns undefined while a network was not measured yet.
 */
export function estimateTime(
  grid: Grid,
  cells: number,
  speeds: Speeds,
  slots: readonly SlotKind[],
  costOf: CostOf,
): TimeEstimate | undefined {
  const work = meanWork(grid, costOf);
  let [deviceMs, wallMs] = [0, 0];
  for (const [network, mean] of work) {
    const anywhere = speedOf(speeds, network);
    if (anywhere === undefined) return undefined;
    const rates = slots.map((slot) => speedOf(speeds, network, slot) ?? anywhere);
    const rate = rates.reduce((sum, speed) => sum + speed, 0);
    deviceMs += (cells * mean) / (rates.length === 0 ? anywhere : rate / rates.length);
    // Fewer trials than slots do not end sooner for the others.
    if (rate > 0) wallMs += (cells * mean) / (rate * Math.min(1, Math.max(cells, 1) / rates.length));
  }
  return { deviceMs, ...(slots.length === 0 ? {} : { wallMs }) };
}

export const planTime = (study: Study, cells: number, speeds: Speeds, slots: readonly SlotKind[], costOf: CostOf) =>
  estimateTime(createGrid(study), cells, speeds, slots, costOf);

const remembered = new WeakMap<CostOf, WeakMap<Grid, ReadonlyMap<string, number>>>();

/** Work of an average cell of the grid, by `speedClass`. */
function meanWork(grid: Grid, costOf: CostOf): ReadonlyMap<string, number> {
  const ofGrids = remembered.get(costOf) ?? new WeakMap<Grid, ReadonlyMap<string, number>>();
  const known = ofGrids.get(grid);
  if (known) return known;
  const sums = new Map<string, number>();
  let count = 0;
  const step = Math.max(1, Math.floor(grid.size / SAMPLE));
  for (let index = 0; index < grid.size; index += step) {
    if (!grid.allows(index)) continue;
    const network = speedClass(grid.parameters(index));
    sums.set(network, (sums.get(network) ?? 0) + cellCost(grid, index, costOf));
    count++;
  }
  const means = new Map([...sums].map(([network, sum]) => [network, sum / Math.max(1, count)]));
  remembered.set(costOf, ofGrids.set(grid, means));
  return means;
}
