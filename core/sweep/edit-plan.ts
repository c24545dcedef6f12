import { createEditedGrid, type EditedGrid, type Edition, editionOf } from '../grid/edited-grid.ts';
import { type Grid, spaceOf } from '../grid/grid.ts';
import { mergeFactors } from '../grid/merge-factors.ts';
import { MAX_REUSE_CELLS } from '../study/reuse.ts';
import type { Study } from '../study/study.ts';
import { isLive, UNTOUCHED } from '../trial/trial.ts';
import { type Rejection, reject } from './decision.ts';
import { type SweepState, trialOf } from './state.ts';

/** What becomes of the cells of a sweep when its study is replaced. */
export interface EditPlan {
  readonly ok: true;
  /** The new study, over the factors of all editions. */
  readonly study: Study;
  readonly editions: readonly Edition[];
  readonly grid: Grid;
  readonly added: number;
  readonly kept: number;
  /** Cells that the new study does not have: those that wait, those that run, and those that have ended, whose results stay. */
  readonly removed: { readonly waiting: number; readonly live: readonly number[]; readonly ended: number };
  /** Of configurations, the first of each, by seeds. */
  readonly changes: readonly ConfigurationChange[];
}

export interface ConfigurationChange {
  readonly change: 'added' | 'removed';
  readonly levels: ReturnType<Grid['labels']>;
  readonly cells: number;
}

/** Every cell is visited once. */
export const MAX_EDITED_CELLS = 1_000_000;
const MAX_CHANGES = 1_000;

/** Pure; nothing is changed by it. */
export function planEdit(sweep: SweepState, study: Study): EditPlan | Rejection {
  const problem = refusal(sweep, study);
  if (problem) return problem;
  const merged = mergeFactors(sweep.study.factors, study.factors);
  if ('conflict' in merged) {
    const { factor, message } = merged.conflict;
    return reject('STUDY_INVALID', `Expected ${message}, in the factor ${factor}. Submit it as a study of its own.`);
  }
  const next: Study = {
    ...study,
    factors: merged.factors,
    space: merged.renumber(spaceOf(study)),
    // What has come of an upstream cell counts on when an edit takes it away.
    ...(sweep.study.dependencies === true ? { dependencies: true as const } : {}),
  };
  const editions = [...(sweep.editions ?? [editionOf(sweep.study)]), editionOf(next)];
  const grid = createEditedGrid(merged.factors, editions);
  if (grid.cellBound > MAX_EDITED_CELLS)
    return reject(
      'GRID_TOO_LARGE',
      `Expected at most ${MAX_EDITED_CELLS} cells of a sweep that is edited, all its editions together, got ${grid.cellBound}. Submit what is new as a study of its own.`,
    );
  if (next.reuse === true && grid.cellBound > MAX_REUSE_CELLS)
    return reject(
      'GRID_TOO_LARGE',
      `Expected at most ${MAX_REUSE_CELLS} cells of a sweep that reuses results, all its editions together, got ${grid.cellBound}. Submit what is new as a study of its own, or say reuse: false.`,
    );
  return changedParameters(grid) ?? { ok: true, study: next, editions, grid, ...compare(sweep, grid) };
}

function refusal(sweep: SweepState, study: Study): Rejection | undefined {
  if (sweep.status === 'cancelled')
    return reject('SWEEP_FINISHED', `Expected a sweep that was not cancelled, got ${sweep.id}.`);
  if (study.name !== sweep.study.name)
    return reject(
      'ARGUMENT_INVALID',
      `Expected the study ${sweep.study.name}, of which ${sweep.id} is, got ${study.name}. \`tickwork submit\` starts a new sweep.`,
    );
  if (study.search !== undefined || sweep.study.search !== undefined)
    return reject(
      'ARGUMENT_INVALID',
      `Expected a grid, got a search, which draws its configurations itself. Submit it anew.`,
    );
  return undefined;
}

/** A row of the table has trials of one kind: what stays must mean what it meant. */
function changedParameters(grid: EditedGrid): Rejection | undefined {
  for (const { gridIndex, earlier } of repeatedRows(grid)) {
    const [was, is] = [grid.parameters(earlier), grid.parameters(gridIndex)];
    const name = [...new Set([...Object.keys(was), ...Object.keys(is)])].find(
      (key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]),
    );
    if (name !== undefined)
      return reject(
        'STUDY_INVALID',
        `Expected configurations that stay to keep their parameters, got ${name} = ${JSON.stringify(is[name])} for ${grid.title(gridIndex) || 'the only one'}, which had ${JSON.stringify(was[name])}. Submit it as a study of its own.`,
      );
  }
  return undefined;
}

/** Rows of the last edition that an earlier one has too. */
function* repeatedRows(grid: EditedGrid) {
  const before = grid.newestFrom;
  for (let gridIndex = before; gridIndex < grid.size; gridIndex++) {
    if (grid.allows(gridIndex)) continue;
    const earlier = grid.indexOf(grid.digits(gridIndex));
    if (earlier !== undefined && earlier < before && grid.allows(earlier)) yield { gridIndex, earlier };
  }
}

function compare(sweep: SweepState, grid: Grid): Pick<EditPlan, 'added' | 'kept' | 'removed' | 'changes'> {
  let [added, kept, waiting, ended] = [0, 0, 0, 0];
  const live: number[] = [];
  const rows = new Map<string, { readonly change: 'added' | 'removed'; readonly gridIndex: number; cells: number }>();
  const before = sweep.grid;
  for (let cell = 0; cell < grid.cellBound; cell++) {
    const gridIndex = grid.gridIndexAt(cell);
    if (!grid.allows(gridIndex)) continue;
    const was = cell < before.cellBound && before.allows(gridIndex) && before.wants(cell);
    const is = grid.wants(cell);
    const trial = cell < before.cellBound ? trialOf(sweep, cell) : UNTOUCHED;
    // One that an earlier edit has taken away and that has run all the same comes back with what it has.
    const returns = is && !was && trial.state !== 'cancelled' && trial !== UNTOUCHED;
    if ((was && is) || returns) kept++;
    if (was === is || returns) continue;
    const change = is ? 'added' : 'removed';
    const row = rows.get(`${change} ${gridIndex}`) ?? { change, gridIndex, cells: 0 };
    row.cells++;
    rows.set(`${change} ${gridIndex}`, row);
    if (is) added++;
    else {
      if (isLive(trial)) live.push(cell);
      else if (trial.state === 'pending' || trial.state === 'blocked') waiting++;
      else ended++;
    }
  }
  const changes = [...rows.values()]
    .slice(0, MAX_CHANGES)
    .map(({ change, gridIndex, cells }) => ({ change, levels: grid.labels(gridIndex), cells }));
  return { added, kept, removed: { waiting, live, ended }, changes };
}
