import type { Strikes } from './retry.ts';
import type { FailureKind, TrialState } from './states.ts';

/**
 * The life of one cell's trial.
 *
 * - **pending**: nobody works on it. Every trial begins here with attempt 0, and comes back when an attempt was lost.
 * - **leased**: a worker has been told to run attempt n; the lease is the exclusive right to do so, until it ends or expires.
 * - **running**: the worker's process has begun.
 * - **succeeded**: a result was accepted, and its row is durable. From any live or pending state: a late result of an older
 *   attempt is work done, and is taken when no other was; so is the result of a trial of an equal recipe in another sweep, where the
 *   study wants that.
 * - **failed**: a failure that retrying cannot mend (diverged, user_error), or too many that it could.
 * - **cancelled**: its sweep was cancelled first, or an edit of the sweep has taken its cell away.
 * - **stopped**: early, by the study's rule, because others did better, or by the outside program that asked for it.
 * - **blocked**: it would be pending, but waits for a trial that has ended without a result. Not stored
 *   but derived (sweep/upstream.ts), so wherever pending stands below, blocked may be what it turns out to be. It is pending again
 *   as soon as that trial is tried again, and cancelled as a pending one is.
 *
 * Succeeded, failed, cancelled and stopped are absorbing (invariant I6), but for what a person asks for: failed trials to be
 * tried again, and a cell that an edit has taken away to come back by another.
 */
export const TRIAL_TRANSITIONS: Readonly<Record<TrialState, readonly TrialState[]>> = {
  pending: ['leased', 'succeeded', 'cancelled', 'stopped', 'blocked'],
  leased: ['running', 'pending', 'succeeded', 'failed', 'cancelled', 'stopped', 'blocked'],
  running: ['pending', 'succeeded', 'failed', 'cancelled', 'stopped', 'blocked'],
  succeeded: [],
  failed: ['pending', 'blocked'],
  cancelled: ['pending', 'blocked'],
  stopped: [],
  blocked: ['pending', 'cancelled'],
};

/** What makes an assignment unmistakable; compared in full (invariant I3). */
export interface LeaseRef {
  readonly sweepId: string;
  readonly cell: number;
  readonly leaseId: string;
  readonly attempt: number;
  readonly epoch: number;
}

export interface LostAttempt {
  readonly kind: FailureKind;
  readonly message: string;
  readonly worker: string;
}

/** Where a leased trial computes. Bytes. */
export interface Placed {
  /** Its number among the devices of the worker. */
  readonly device: number;
  /** What it is reckoned to need there. */
  readonly reservedBytes: number;
  /** What was free there when it was leased. */
  readonly freeBytes: number;
  readonly executor: string;
  readonly kind: string;
}

/** A trial of an equal recipe whose result another one was given. It was trained itself: there are no chains. */
export interface ReusedFrom {
  readonly sweepId: string;
  readonly cell: number;
  /** The one whose result was accepted, from 1 on. */
  readonly attempt: number;
}

/** What earlier attempts have left behind. */
export interface TrialHistory extends Strikes {
  /** Workers that have reported a failure that may be their own fault, each once. */
  readonly failedOn?: readonly string[];
}

export function historyOf({ strikes, struck, failedOn }: TrialHistory): TrialHistory {
  return {
    strikes,
    ...(struck === undefined ? {} : { struck }),
    ...(failedOn === undefined ? {} : { failedOn }),
  };
}

interface Holding extends TrialHistory {
  readonly attempt: number;
  readonly leaseId: string;
  readonly worker: string;
  readonly epoch: number;
  readonly leasedAt: number;
  /** Unknown where the worker did not say what devices it has. */
  readonly placed?: Placed;
}

export type Trial =
  | ({ readonly state: 'pending'; readonly attempt: number; readonly lost?: LostAttempt } & TrialHistory)
  | ({ readonly state: 'leased' } & Holding)
  | ({ readonly state: 'running'; readonly startedAt: number } & Holding)
  | {
      readonly state: 'succeeded';
      /** 0 where the result is that of another trial. */
      readonly attempt: number;
      readonly reusedFrom?: ReusedFrom;
      /** Who has trained it, here or there. */
      readonly worker: string;
      readonly contentHash: string;
      /** The metric that the sweep's search goes by. */
      readonly objective?: number;
      readonly startedAt?: number;
      readonly finishedAt: number;
    }
  | {
      readonly state: 'failed';
      readonly attempt: number;
      readonly failure: LostAttempt;
      readonly startedAt?: number;
      readonly finishedAt: number;
    }
  /** Without a time where an edit took away a cell that had never been started. */
  | { readonly state: 'cancelled'; readonly attempt: number; readonly finishedAt?: number }
  | {
      readonly state: 'stopped';
      readonly attempt: number;
      readonly worker: string;
      /** How far it came, and the rule's metric there. */
      readonly trainEpoch: number;
      readonly value: number;
      readonly reason: string;
      readonly startedAt?: number;
      readonly finishedAt: number;
    }
  /** @property by the cell that has ended without a result. */
  | { readonly state: 'blocked'; readonly attempt: number; readonly by: number; readonly lost?: LostAttempt };

export const UNTOUCHED: Trial = { state: 'pending', attempt: 0, strikes: 0 };

export type LiveTrial = Extract<Trial, { state: 'leased' | 'running' }>;

export function isLive(trial: Trial): trial is LiveTrial {
  return trial.state === 'leased' || trial.state === 'running';
}

/** How long a trial that ends at `at` has had its slot, ms; 0 when it is not live. */
export function slotMs(trial: Trial, at: number): number {
  return isLive(trial) ? Math.max(0, at - trial.leasedAt) : 0;
}

export function isFinished(trial: Trial): trial is Exclude<Trial, { state: 'pending' | 'leased' | 'running' }> {
  return trial.state !== 'pending' && !isLive(trial);
}

/** Whether a message about `lease` speaks for the current holder. */
export function holds(trial: Trial, lease: LeaseRef): boolean {
  return (
    isLive(trial) && trial.leaseId === lease.leaseId && trial.attempt === lease.attempt && trial.epoch === lease.epoch
  );
}
