import { createHoleIndex, type HoleIndex } from '../collections/hole-index.ts';
import { type Grid, gridIndexOf } from '../grid/grid.ts';
import { type FitClasses, fitClassesOf } from '../placement/fit-classes.ts';
import type { Trial } from '../trial/trial.ts';
import { isCell, type SweepState } from './state.ts';

/** Stretches of 1,024 cells that one search looks at for the first time. */
const MAX_NEW_STRETCHES = 64;

/** What is remembered follows from grids, which are immutable, and from their trials. */
const indices = new WeakMap<Grid, { readonly classes: FitClasses; readonly index: HoleIndex<Trial> }>();

function indexOf(sweep: SweepState): HoleIndex<Trial> {
  const { grid } = sweep;
  const classes = fitClassesOf(sweep);
  const known = indices.get(grid);
  if (known?.classes === classes) return known.index;
  const index = createHoleIndex<Trial>((cell) =>
    isCell(sweep, cell) && grid.wants(cell) ? classes.classOf(gridIndexOf(grid, cell)) : undefined,
  );
  indices.set(grid, { classes, index });
  return index;
}

/**
 * Untouched cells of those classes of which one may start, ascending, wherever they stand: what may not start is passed over by the
 * thousand. Of a large grid it takes several searches until all of it was looked at once.
 * @param mayStart asked of one cell of each class.
 * @param thorough look at all of it now.
 */
export function fittingCells(
  sweep: SweepState,
  mayStart: (cell: number) => boolean,
  thorough: boolean,
): Generator<number> {
  return indexOf(sweep).find(
    sweep.trials,
    sweep.grid.cellBound,
    (_, cell) => mayStart(cell),
    thorough ? Number.POSITIVE_INFINITY : MAX_NEW_STRETCHES,
  );
}
