import { vectorEntries, vectorGet } from '../collections/sparse-vector.ts';
import { gridIndexOf } from '../grid/grid.ts';
import { type Score, verdictOf, wantsScore } from '../pruners/early-stopping.ts';
import { stageOf } from '../study/search.ts';
import { holds, isFinished, isLive } from '../trial/trial.ts';
import type { Command } from './commands.ts';
import type { SweepEvent } from './events.ts';
import { type ClusterState, isCell, type SweepState, trialOf } from './state.ts';

/**
 * What a point of a learning curve means for its trial: nothing without a rule for early stopping, else a score, and maybe the end.
 * A trial is compared with others of its own seed only, so that the noise they share does not decide, and of its own stage of a search. Its last
 * epoch stops nothing.
 * @returns the sweep as well, when the trial ends.
 */
export function decideReport(
  state: ClusterState,
  { record }: Extract<Command, { type: 'record-report' }>,
  at: number,
): { readonly events: readonly SweepEvent[]; readonly ended?: SweepState } {
  const none = { events: [] };
  const sweep = state.sweeps.get(record.sweepId);
  const rule = sweep?.study.earlyStopping;
  if (!sweep || !rule || !isCell(sweep, record.cell)) return none;
  const { sweepId, cell, trainEpoch, worker } = record;
  const trial = trialOf(sweep, cell);
  const value = record.metrics[rule.metric];
  const gridIndex = gridIndexOf(sweep.grid, cell);
  // What is reused was trained to its end: it is compared with, and never stopped.
  const reused = record.reusedFrom !== undefined && !isFinished(trial);
  if (!reused && !(isLive(trial) && holds(trial, record))) return none;
  if (value === undefined) return none;
  if (!wantsScore(rule, gridIndex, trainEpoch)) return none;
  const before = vectorGet(sweep.scores, cell) ?? [];
  if (before.some((score) => score.trainEpoch === trainEpoch)) return none;

  const reported: SweepEvent = { type: 'score-reported', sweepId, cell, trainEpoch, value, at };
  const trainEpochs = Number(sweep.grid.parameters(gridIndex)['trainEpochs']);
  if (reused || trainEpoch >= trainEpochs) return { events: [reported] };
  const own = [...before.filter((score) => score.trainEpoch < trainEpoch), { trainEpoch, value }];
  const verdict = verdictOf(rule, gridIndex, own, comparable(sweep, cell));
  if (!verdict.stop) return { events: [reported] };
  const { attempt } = trial;
  const { reason } = verdict;
  const stopped: SweepEvent = { type: 'trial-stopped', sweepId, cell, attempt, trainEpoch, value, reason, worker, at };
  return { events: [reported, stopped], ended: sweep };
}

/** Trials of the same seed, and of the same stage of a search: those of another may train with other settings. */
function comparable({ grid, scores, study }: SweepState, cell: number): ReadonlyMap<number, readonly Score[]> {
  const stage = stageOf(study.search, gridIndexOf(grid, cell));
  const seedIndex = grid.seedIndexAt(cell);
  const others = new Map<number, readonly Score[]>();
  for (const [other, list] of vectorEntries(scores)) {
    if (other === cell || grid.seedIndexAt(other) !== seedIndex) continue;
    const index = gridIndexOf(grid, other);
    if (stageOf(study.search, index) === stage) others.set(index, list);
  }
  return others;
}
