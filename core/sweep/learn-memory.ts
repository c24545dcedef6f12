import { gridIndexOf } from '../grid/grid.ts';
import { loadAt } from '../placement/load.ts';
import { needOf } from '../placement/need.ts';
import type { LiveTrial } from '../trial/trial.ts';
import type { SweepEvent } from './events.ts';
import type { ClusterState, SweepState } from './state.ts';

/**
 * What a trial that ran out of memory teaches: alone on its device it needs more than was free there; beside others, who may
 * have taken more than they were reckoned to, more than twice what it was reckoned to need, up to the same bound.
 * @returns nothing where the device's memory is unknown, or where as much was known before.
 */
export function learnMemory(
  state: ClusterState,
  sweep: SweepState,
  cell: number,
  { worker, placed }: LiveTrial,
  at: number,
): readonly SweepEvent[] {
  const { memoryClass } = needOf(sweep, gridIndexOf(sweep.grid, cell), state.learnedMemory);
  if (placed === undefined || placed.freeBytes === 0 || memoryClass === '') return [];
  const alone = loadAt(state.load, worker, placed.device).trials <= 1;
  const { freeBytes, reservedBytes } = placed;
  const moreThanBytes = alone || reservedBytes === 0 ? freeBytes : Math.min(2 * reservedBytes, freeBytes);
  if (moreThanBytes <= (state.learnedMemory.get(memoryClass) ?? 0)) return [];
  return [{ type: 'memory-learned', memoryClass, moreThanBytes, at }];
}
