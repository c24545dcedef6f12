import { vectorGet } from '../collections/sparse-vector.ts';
import { dependenciesOf } from '../dependencies/dependencies.ts';
import { fittingCells } from './fitting-cells.ts';
import { type SweepState, untouchedCells } from './state.ts';
import { awaitedBy } from './upstream.ts';

/** How many untouched cells are compared by cost. */
const WINDOW = 64;
/**
 * Places of the order that are looked at one by one from the first untouched cell on, before cells are looked for that may start. Who
 * wants the cells shuffled has more of them in that order.
 */
const MAX_PLACES = 1_024;
const MAX_SHUFFLED_PLACES = 16_384;

type MayStart = (cell: number) => boolean | 'last';

/**
 * The cell to start next, or undefined when none is pending that may start. Cells with a lost attempt come first, oldest loss
 * first; then the seeds in their order, so that no row has n = 5 while another has 0; within a seed those that others wait for, then
 * the costliest of the next cells, so that a sweep ends with short trials and its last workers do not wait for one long one (longest
 * processing time first, Graham 1969). A cell that waits for others is none before these have succeeded.
 * @param workOf how much there is to do for a cell, any unit; see expected-work.ts.
 * @param mayStart whether a pending cell may start now, at the place that asks; `last`: only when no other may. Of cells that nobody
 * has touched, those of one class of fit-classes.ts are alike in it.
 * @param thorough whether undefined has to be the truth, however long it takes: else of a large grid only a part that nobody has looked
 * at before is looked at, and the next call goes on.
 */
export function nextCell(
  sweep: SweepState,
  workOf: (cell: number) => number,
  mayStart: MayStart,
  thorough = false,
): number | undefined {
  const isReady = readiness(sweep);
  let last: number | undefined;
  for (const cell of sweep.requeued) {
    const may = isReady(cell) && mayStart(cell);
    if (may === true) return cell;
    if (may === 'last') last ??= cell;
  }
  for (const cell of sourcesOfFirstSeed(sweep)) if (isReady(cell) && mayStart(cell) === true) return cell;

  return costliest(sweep, candidates(sweep, isReady, mayStart, thorough), workOf, mayStart) ?? last;
}

/**
 * Untouched cells that wait for no other: the next ones in their order, then, wherever they stand, those that may start, in the order of
 * their numbers, which an edit or a shuffle may have made another one.
 */
function* candidates(
  sweep: SweepState,
  isReady: (cell: number) => boolean,
  mayStart: MayStart,
  thorough: boolean,
): Generator<number> {
  const { firstUntouched, study, grid } = sweep;
  const end = firstUntouched + (study.shuffleSeed === undefined ? MAX_PLACES : MAX_SHUFFLED_PLACES);
  for (const cell of untouchedCells(sweep, end)) if (isReady(cell)) yield cell;
  if (end >= grid.cellBound) return;
  const fitting = fittingCells(sweep, (cell) => mayStart(cell) === true, thorough);
  for (const cell of fitting) if (isReady(cell)) yield cell;
}

/** Of the first of these cells that may start, and that have one seed, the one with most to do. */
function costliest(
  { study, grid }: SweepState,
  cells: Iterable<number>,
  workOf: (cell: number) => number,
  mayStart: MayStart,
): number | undefined {
  // Who wants the cells shuffled wants them so, and what a command costs nobody knows.
  const unordered = study.shuffleSeed !== undefined || study.command !== undefined;
  let best: { readonly cell: number; readonly cost: number } | undefined;
  let seen = 0;
  for (const cell of cells) {
    if (best !== undefined && grid.seedIndexAt(cell) !== grid.seedIndexAt(best.cell)) break;
    const cost = unordered ? 0 : workOf(cell);
    // Whether it may start is the dearer question, so it is asked only of a cell that would be chosen.
    if ((best === undefined || cost > best.cost) && mayStart(cell) === true) best = { cell, cost };
    if (best !== undefined && (unordered || ++seen === WINDOW)) break;
  }
  return best?.cell;
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
