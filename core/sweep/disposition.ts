import type { Disposition } from '../trial/states.ts';
import { holds, type Trial } from '../trial/trial.ts';
import type { RecordKey } from './commands.ts';
import { type ClusterState, isCell, trialOf } from './state.ts';

export type Verdict =
  | { readonly outcome: 'accept' }
  | { readonly outcome: 'settled'; readonly as: Disposition; readonly reason: string };

const settled = (as: Disposition, reason: string): Verdict => ({ outcome: 'settled', as, reason });

/**
 * What becomes of a delivered result (invariants I1, I2).
 *
 * - Nothing accepted yet: take it, whichever attempt it is from; a late result is work done.
 * - The same attempt again: a repeat when the contents are equal, else a contradiction, set aside and shown.
 * - Another attempt's result was accepted, or the cell was given up: superseded.
 * - What is reused, attempt 0, is taken as any other: nothing accepted yet, and it counts.
 * - An attempt or epoch from the future, or a cell that does not exist: somebody is confused, set aside.
 */
export function disposeResult(state: ClusterState, record: RecordKey & { readonly contentHash: string }): Verdict {
  const sweep = state.sweeps.get(record.sweepId);
  if (!sweep || !isCell(sweep, record.cell)) return settled('quarantined', 'no such cell');
  const trial = trialOf(sweep, record.cell);
  if (record.epoch > state.epoch) return settled('quarantined', `epoch ${record.epoch} is in the future`);
  if (isUngranted(trial, record.attempt)) return settled('quarantined', `attempt ${record.attempt} was never granted`);
  switch (trial.state) {
    case 'pending':
    case 'leased':
    case 'running':
      return { outcome: 'accept' };
    case 'succeeded':
      if (record.attempt !== trial.attempt) return settled('superseded', `attempt ${trial.attempt} was accepted`);
      return record.contentHash === trial.contentHash
        ? settled('committed', 'repeat')
        : settled('quarantined', 'same key, other contents');
    case 'failed':
    case 'cancelled':
    case 'stopped':
    case 'blocked':
      return settled('superseded', `the trial is ${trial.state}`);
  }
}

/** A failure only ends the attempt that holds the lease; any other is history. */
export function disposeFailure(state: ClusterState, record: RecordKey): Verdict {
  const sweep = state.sweeps.get(record.sweepId);
  if (!sweep || !isCell(sweep, record.cell)) return settled('quarantined', 'no such cell');
  const trial = trialOf(sweep, record.cell);
  if (holds(trial, record)) return { outcome: 'accept' };
  if (isUngranted(trial, record.attempt)) return settled('quarantined', `attempt ${record.attempt} was never granted`);
  return settled(
    trial.state === 'failed' && trial.attempt === record.attempt ? 'committed' : 'superseded',
    `the trial is ${trial.state}`,
  );
}

/**
 * A trial counts the attempts that were granted, but one that succeeded names the attempt whose result was taken: a later one may
 * have been under way, and what it still sends is superseded, no contradiction.
 */
export function isUngranted(trial: Trial, attempt: number): boolean {
  return trial.state !== 'succeeded' && attempt > trial.attempt;
}
