import { vectorForEach, vectorGet } from '../collections/sparse-vector.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { blockedCells } from '../sweep/count-blocked.ts';
import { isWithdrawn, type SweepState, type TrialCounts, trialOf } from '../sweep/state.ts';
import { type FailureKind, TRIAL_STATES } from '../trial/states.ts';
import type { Trial } from '../trial/trial.ts';
import type { Outline, RowOutline } from './outline.ts';

/** Trials of a row by state, and its failures by kind with a message. */
export interface Tally {
  readonly counts: TrialCounts;
  /** Of those that succeeded: with the result of an equal trial of another sweep. */
  readonly reused: number;
  readonly failures: ReadonlyMap<FailureKind, { readonly count: number; readonly example: string }>;
}

interface Tallied {
  touched: number;
  reused: number;
  readonly counts: Record<keyof TrialCounts, number>;
  readonly failures: Map<FailureKind, { count: number; example: string }>;
}

/** One for each row, in their order. Rows of one configuration are looked up; for others every trial that was touched is visited. */
export function tallyTrials(sweep: SweepState, outline: Outline, rows: readonly RowOutline[]): readonly Tally[] {
  const { grid, trials } = sweep;
  const tallies = rows.map(emptyTally);
  if (outline.isWhole) {
    for (const [i, { first }] of rows.entries()) {
      for (const seedIndex of grid.seeds.keys()) addCell(tallies[i] as Tallied, sweep, grid.cellOf(first, seedIndex));
    }
  } else {
    const byCode = new Map(rows.map(({ first }, i) => [outline.codeOf(first), tallies[i] as Tallied]));
    const tallyOf = (cell: number) => byCode.get(outline.codeOf(gridIndexOf(grid, cell)));
    vectorForEach(trials, (cell, stored) => {
      const tally = tallyOf(cell);
      // A pending one may be blocked.
      const trial = stored.state === 'pending' ? trialOf(sweep, cell) : stored;
      if (tally && !isGone(sweep, cell, trial)) add(tally, trial);
    });
    for (const cell of blockedCells(sweep)) {
      const tally = tallyOf(cell);
      if (tally && vectorGet(trials, cell) === undefined) add(tally, trialOf(sweep, cell));
    }
  }
  return tallies.map((tally, i) => withUntouched(tally, (rows[i] as RowOutline).cells, sweep));
}

/** Taken away by an edit before it ended: it belongs to no row. */
const isGone = (sweep: SweepState, cell: number, trial: Trial): boolean =>
  trial.state === 'cancelled' && isWithdrawn(sweep, cell);

function addCell(tally: Tallied, sweep: SweepState, cell: number): void {
  const trial = trialOf(sweep, cell);
  if (!isGone(sweep, cell, trial)) add(tally, trial);
}

function emptyTally(): Tallied {
  const counts = Object.fromEntries(TRIAL_STATES.map((state) => [state, 0])) as Tallied['counts'];
  return { touched: 0, reused: 0, counts, failures: new Map() };
}

function add(tally: Tallied, trial: Trial): void {
  tally.touched++;
  tally.counts[trial.state]++;
  if (trial.state === 'succeeded' && trial.reusedFrom) tally.reused++;
  if (trial.state !== 'failed') return;
  const { kind, message } = trial.failure;
  const seen = tally.failures.get(kind);
  tally.failures.set(kind, { count: (seen?.count ?? 0) + 1, example: seen?.example ?? message });
}

/** Cells that were never leased are pending, or cancelled with their sweep. */
function withUntouched({ touched, counts, reused, failures }: Tallied, cells: number, sweep: SweepState): Tally {
  const untouched = cells - touched;
  const state = sweep.status === 'cancelled' ? 'cancelled' : 'pending';
  return { counts: { ...counts, [state]: counts[state] + untouched }, reused, failures };
}
