import type { Speeds } from '../budget/speed.ts';
import { EMPTY_INDEX_SET, type IndexSet } from '../collections/index-set.ts';
import { emptyVector, type SparseVector, vectorGet } from '../collections/sparse-vector.ts';
import { createEditedGrid, type Edition } from '../grid/edited-grid.ts';
import { createGrid, type Grid, gridIndexOf } from '../grid/grid.ts';
import type { Load } from '../placement/load.ts';
import type { LearnedMemory } from '../placement/need.ts';
import type { Score } from '../pruners/early-stopping.ts';
import type { Study } from '../study/study.ts';
import type { SweepStatus, TrialState } from '../trial/states.ts';
import { type Trial, UNTOUCHED } from '../trial/trial.ts';
import type { Health } from '../worker-health/health.ts';
import type { Asked } from './decision.ts';
import type { SweepEvent } from './events.ts';
import { type Sweeps, sweepsOf } from './sweeps.ts';
import { blockerOf } from './upstream.ts';

/** Trials by state. */
export type TrialCounts = Readonly<Record<TrialState, number>>;

export interface SweepState {
  readonly id: string;
  readonly study: Study;
  readonly studyYaml: string;
  /** Who has submitted it; absent where nobody knows. */
  readonly user?: string;
  /** Derived from the study. */
  readonly grid: Grid;
  /** Of a sweep that was edited: how its study was spelt before, and last how it is now. */
  readonly editions?: readonly Edition[];
  readonly status: SweepStatus;
  /** Cells that the constraint keeps, less those that an edit has withdrawn. */
  readonly total: number;
  /** Trials that were ever leased or finished; all others are untouched. */
  readonly trials: SparseVector<Trial>;
  readonly counts: TrialCounts;
  /** Of those that succeeded: with the result of an equal trial of another sweep. Absent: none. */
  readonly reused?: number;
  /** Cells leased or running now. */
  readonly live: IndexSet;
  /** Pending cells that had a lost attempt, oldest first. */
  readonly requeued: readonly number[];
  /** No cell before this place of the grid's order is untouched. */
  readonly firstUntouched: number;
  /** What early stopping has gone by so far, by cell; empty without a rule. */
  readonly scores: SparseVector<readonly Score[]>;
  /** Why a search drew what it drew, oldest first. */
  readonly decisions: readonly { readonly at: number; readonly reason: string }[];
  /** No further cell starts. */
  readonly paused: boolean;
  /** Slot time of its attempts that have ended, ms. */
  readonly usedMs: number;
  /** Why its budget lets nothing start any more. */
  readonly exhausted?: string;
  /** Events that changed this sweep so far. */
  readonly revision: number;
  readonly createdAt: number;
  readonly finishedAt?: number;
}

export type RequestKind = 'submit' | 'edit' | 'cancel' | 'pause' | 'resume' | 'retry' | 'ask' | 'end-search';

export interface ClusterState {
  /** Leadership epoch: rises by one with every coordinator that takes over. */
  readonly epoch: number;
  readonly holder: string;
  readonly sweeps: Sweeps;
  /** What each client request id did. */
  readonly requests: ReadonlyMap<
    string,
    { readonly sweepId: string; readonly what: RequestKind; readonly asked?: Asked }
  >;
  readonly learnedMemory: LearnedMemory;
  readonly health: Health;
  readonly speeds: Speeds;
  /** What runs where: follows from the live trials. */
  readonly load: Load;
}

export const EMPTY_CLUSTER: ClusterState = {
  epoch: 0,
  holder: '',
  sweeps: sweepsOf([]),
  requests: new Map(),
  learnedMemory: new Map(),
  health: new Map(),
  speeds: new Map(),
  load: new Map(),
};

/** The grid of a sweep, which follows from its study and its editions. */
export function gridOf({ study, editions }: Pick<SweepState, 'study' | 'editions'>): Grid {
  return editions === undefined ? createGrid(study) : createEditedGrid(study.factors, editions);
}

export function newSweep(event: Extract<SweepEvent, { type: 'sweep-submitted' }>): SweepState {
  return {
    id: event.sweepId,
    study: event.study,
    studyYaml: event.studyYaml,
    ...(event.user === undefined ? {} : { user: event.user }),
    grid: createGrid(event.study),
    status: 'active',
    total: event.total,
    trials: emptyVector(),
    counts: {
      pending: event.total,
      leased: 0,
      running: 0,
      succeeded: 0,
      failed: 0,
      cancelled: 0,
      stopped: 0,
      blocked: 0,
    },
    live: EMPTY_INDEX_SET,
    requeued: [],
    firstUntouched: 0,
    paused: false,
    usedMs: 0,
    scores: emptyVector(),
    decisions: [],
    revision: 1,
    createdAt: event.at,
  };
}

/** The trial of a cell, touched or not. @param cell one that the constraint keeps. */
export function trialOf(sweep: SweepState, cell: number): Trial {
  const trial = storedTrialOf(sweep, cell);
  if (trial.state !== 'pending' || sweep.study.dependencies !== true) return trial;
  const by = blockerOf(sweep, cell, (other) => storedTrialOf(sweep, other));
  if (by === undefined) return trial;
  const { attempt, lost } = trial;
  return { state: 'blocked', attempt, by, ...(lost === undefined ? {} : { lost }) };
}

/** As the events have left it, whatever it may wait for. */
export function storedTrialOf(sweep: SweepState, cell: number): Trial {
  const trial = vectorGet(sweep.trials, cell);
  if (trial !== undefined) return trial;
  if (isWithdrawn(sweep, cell)) return { state: 'cancelled', attempt: 0 };
  return sweep.status === 'cancelled'
    ? { state: 'cancelled', attempt: 0, finishedAt: sweep.finishedAt ?? sweep.createdAt }
    : UNTOUCHED;
}

/** Whether an edit has taken the cell away. @param cell one that the grid allows. */
export function isWithdrawn({ grid, editions }: SweepState, cell: number): boolean {
  return editions !== undefined && !grid.wants(cell);
}

/** Whether `cell` names a cell of this sweep. */
export function isCell(sweep: SweepState, cell: number): boolean {
  return (
    Number.isInteger(cell) &&
    cell >= 0 &&
    cell < sweep.grid.cellBound &&
    sweep.grid.allows(sweep.grid.gridIndexAt(cell)) &&
    hasReplica(sweep.grid, cell)
  );
}

/** Whether a configuration has this seed: with adaptive replicas not all of them do. */
function hasReplica(grid: Grid, cell: number): boolean {
  return grid.replicas === undefined || grid.seedIndexAt(cell) < grid.replicas(grid.gridIndexAt(cell));
}

/** Untouched cells in the order in which they are started. @param end place of that order at which to end. */
export function* untouchedCells({ grid, trials, firstUntouched }: SweepState, end: number): Generator<number> {
  for (let position = firstUntouched; position < Math.min(end, grid.cellBound); position++) {
    const cell = grid.cellAt(position);
    if (vectorGet(trials, cell) !== undefined || !grid.allows(gridIndexOf(grid, cell))) continue;
    if (grid.wants(cell) && hasReplica(grid, cell)) yield cell;
  }
}

/** Cells that the constraint keeps, in order, from `from` on. */
export function* cellsFrom(sweep: SweepState, from: number): Generator<number> {
  for (let cell = from; cell < sweep.grid.cellBound; cell++)
    if (sweep.grid.allows(sweep.grid.gridIndexAt(cell)) && hasReplica(sweep.grid, cell)) yield cell;
}
