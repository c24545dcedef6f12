import { gridIndexOf } from '../grid/grid.ts';
import { type CostOf, cellCost } from './cell-cost.ts';
import { type SweepState, untouchedCells } from './state.ts';

/** How many untouched cells are compared by cost. */
const WINDOW = 64;
/** Untouched cells that may not start here and are passed over, before a slot is left idle rather than the coordinator kept busy. */
const MAX_PASSED_OVER = 50_000;

/**
 * The cell to start next, or undefined when none is pending that may start. Cells with a lost attempt come first, oldest loss
 * first; then the seeds in their order, so that no row has n = 5 while another has 0; within a seed the costliest of the next
 * cells, so that a sweep ends with short trials and its last workers do not wait for one long one (longest processing time
 * first, Graham 1969).
 * @param mayStart whether a pending cell may start now, at the place that asks; `last`: only when no other may.
 */
export function nextCell(
  sweep: SweepState,
  costOf: CostOf,
  mayStart: (cell: number) => boolean | 'last',
): number | undefined {
  let last: number | undefined;
  for (const cell of sweep.requeued) {
    const may = mayStart(cell);
    if (may === true) return cell;
    if (may === 'last') last ??= cell;
  }

  let best: { readonly cell: number; readonly cost: number } | undefined;
  let seen = 0;
  let passedOver = 0;
  const seedIndex = (cell: number): number => sweep.grid.seedIndexAt(cell);
  for (const cell of untouchedCells(sweep)) {
    if (best !== undefined && seedIndex(cell) !== seedIndex(best.cell)) break;
    // Who wants the cells shuffled wants them so, and what a command costs nobody knows.
    const unordered = sweep.study.shuffleSeed !== undefined || sweep.study.command !== undefined;
    const cost = unordered ? 0 : cellCost(sweep.grid, gridIndexOf(sweep.grid, cell), costOf);
    // Whether it may start is the dearer question, so it is asked only of a cell that would be chosen.
    if (best === undefined || cost > best.cost) {
      if (mayStart(cell) === true) best = { cell, cost };
      else if (++passedOver === MAX_PASSED_OVER) break;
    }
    if (best !== undefined && (unordered || ++seen === WINDOW)) break;
  }
  return best?.cell ?? last;
}
