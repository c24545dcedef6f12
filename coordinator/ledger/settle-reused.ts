import { trialKeyOf } from '../../core/reuse/trial-key.ts';
import type { Verdict } from '../../core/sweep/disposition.ts';
import { type ClusterState, isCell, type SweepState, trialOf } from '../../core/sweep/state.ts';
import { type ReportRecord, type ResultRecord, recordContentHash } from '../../proto/records.ts';
import { sha256 } from '../sha256.ts';

export type SettledVerdict = Extract<Verdict, { outcome: 'settled' }>;

/**
 * The key under which the result of a cell is found. A command may be another one since the trial was begun, where the sweep was
 * edited: then it has none.
 */
export function keyOfResult(sweep: SweepState, cell: number): string | undefined {
  if (sweep.study.command !== undefined && sweep.editions !== undefined) return undefined;
  return trialKeyOf(sweep, cell, sha256);
}

/**
 * Why what is said to be reused is not taken: the log has to know the trial that it names, with that attempt, an equal recipe and, of a
 * result, that very value. Undefined for what is taken, and for what is not reused.
 */
export function refusalOfReuse(state: ClusterState, record: ResultRecord | ReportRecord): SettledVerdict | undefined {
  const { reusedFrom: from } = record;
  if (from === undefined) return undefined;
  const sweep = state.sweeps.get(record.sweepId) as SweepState;
  // Edited since it was looked up.
  if (sweep.study.reuse !== true) return settled('superseded', 'the study reuses no results');
  const other = state.sweeps.get(from.sweepId);
  const trial = other && isCell(other, from.cell) ? trialOf(other, from.cell) : undefined;
  const name = `${from.sweepId}/${from.cell}`;
  if (!other || trial?.state !== 'succeeded' || trial.attempt !== from.attempt)
    return settled('quarantined', `${name} has no result of attempt ${from.attempt}`);
  const key = trialKeyOf(sweep, record.cell, sha256);
  if (key === undefined || key !== trialKeyOf(other, from.cell, sha256))
    return settled('quarantined', `${name} is a trial of another recipe`);
  if (record.kind === 'report') return undefined;
  // The hash of a result covers its cell too.
  const there = recordContentHash({ ...record, sweepId: from.sweepId, cell: from.cell });
  return there === trial.contentHash ? undefined : settled('quarantined', `the result of ${name} has other contents`);
}

const settled = (as: SettledVerdict['as'], reason: string): SettledVerdict => ({ outcome: 'settled', as, reason });
