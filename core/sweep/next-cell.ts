import { vectorGet } from '../collections/sparse-vector.ts';
import { dependenciesOf } from '../dependencies/dependencies.ts';
import { type SweepState, untouchedCells } from './state.ts';
import { awaitedBy } from './upstream.ts';

/** How many untouched cells are compared by cost. */
const WINDOW = 64;
/** Untouched cells that may not start here and are passed over, before a slot is left idle rather than the coordinator kept busy. */
const MAX_PASSED_OVER = 50_000;

/**
 * The cell to start next, or undefined when none is pending that may start. Cells with a lost attempt come first, oldest loss
 * first; then the seeds in their order, so that no row has n = 5 while another has 0; within a seed those that others wait for, then
 * the costliest of the next cells, so that a sweep ends with short trials and its last workers do not wait for one long one (longest
 * processing time first, Graham 1969). A cell that waits for others is none before these have succeeded.
 * @param workOf how much there is to do for a cell, any unit; see expected-work.ts.
 * @param mayStart whether a pending cell may start now, at the place that asks; `last`: only when no other may.
 */
export function nextCell(
  sweep: SweepState,
  workOf: (cell: number) => number,
  mayStart: (cell: number) => boolean | 'last',
): number | undefined {
  const isReady = readiness(sweep);
  let last: number | undefined;
  for (const cell of sweep.requeued) {
    const may = isReady(cell) && mayStart(cell);
    if (may === true) return cell;
    if (may === 'last') last ??= cell;
  }
  for (const cell of sourcesOfFirstSeed(sweep)) if (isReady(cell) && mayStart(cell) === true) return cell;

  let best: { readonly cell: number; readonly cost: number } | undefined;
  let seen = 0;
  let passedOver = 0;
  const seedIndex = (cell: number): number => sweep.grid.seedIndexAt(cell);
  for (const cell of untouchedCells(sweep)) {
    if (!isReady(cell)) continue;
    if (best !== undefined && seedIndex(cell) !== seedIndex(best.cell)) break;
    // Who wants the cells shuffled wants them so, and what a command costs nobody knows.
    const unordered = sweep.study.shuffleSeed !== undefined || sweep.study.command !== undefined;
    const cost = unordered ? 0 : workOf(cell);
    // Whether it may start is the dearer question, so it is asked only of a cell that would be chosen.
    if (best === undefined || cost > best.cost) {
      if (mayStart(cell) === true) best = { cell, cost };
      else if (++passedOver === MAX_PASSED_OVER) break;
    }
    if (best !== undefined && (unordered || ++seen === WINDOW)) break;
  }
  return best?.cell ?? last;
}

/** Whether a pending cell waits for no other; of a study without dependencies none does. */
function readiness(sweep: SweepState): (cell: number) => boolean {
  if (sweep.study.dependencies !== true) return () => true;
  return (cell) => awaitedBy(sweep, cell) === undefined;
}

/** Untouched cells that others wait for, of the first seed that has an untouched cell at all: the sooner they end, the better. */
function* sourcesOfFirstSeed(sweep: SweepState): Generator<number> {
  const { study, grid, trials, firstUntouched } = sweep;
  if (study.dependencies !== true || firstUntouched >= grid.cellBound) return;
  const seedIndex = grid.seedIndexAt(grid.cellAt(firstUntouched));
  for (const gridIndex of dependenciesOf(sweep).sources) {
    const cell = grid.cellOf(gridIndex, seedIndex);
    if (vectorGet(trials, cell) === undefined && grid.wants(cell)) yield cell;
  }
}
