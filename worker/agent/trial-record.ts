import type { FailureKind } from '../../core/trial/states.ts';
import type { Lease__Output as Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import {
  decodeRecord,
  encodeRecord,
  type ReportRecord,
  type TrialRecord,
  trialRecordSchema,
} from '../../proto/records.ts';
import { parseSweepName, sweepName } from '../../proto/resource-names.ts';
import type { TrialEnd } from '../slots/slot.ts';
import type { AnyReport } from '../trial-messages.ts';

/** Who ran a trial, how long, and until when: Unix ms by the worker's clock. */
export interface Attempt {
  readonly lease: Lease;
  readonly worker: string;
  readonly durationMs: number;
  readonly endedAt: number;
}

type Ended = Exclude<TrialEnd, { kind: 'stopped' }>;

/** A NATS message may have 1 MiB; half of it leaves room for whatever the server adds. */
const MAX_RECORD_BYTES = 512 * 1024;
const MAX_MESSAGE_LENGTH = 16_384;

/** Last words of V8, the C++ library and CUDA where a process ended for want of memory. A plain SIGKILL may have other reasons. */
const DIED_FOR_MEMORY = /heap out of memory|std::bad_alloc|CUDA(_ERROR_| error: )out[ _]of[ _]memory/i;

/** The record of an attempt's end. What cannot be stored as a result becomes a failure that says why (invariant I5). */
export function finalRecord(attempt: Attempt, end: Ended): TrialRecord {
  if (end.kind === 'crashed') {
    return failureRecord(attempt, DIED_FOR_MEMORY.test(end.message) ? 'out_of_memory' : 'infrastructure', end.message);
  }
  const { outcome } = end;
  if (outcome.status === 'failed') return failureRecord(attempt, outcome.kind, outcome.message);
  const broken = Object.entries(outcome.metrics).find(([, value]) => !Number.isFinite(value));
  if (broken) return failureRecord(attempt, 'diverged', `Expected metric ${broken[0]} to be finite, got ${broken[1]}.`);
  const result: TrialRecord = {
    kind: 'result',
    ...keyFields(attempt.lease, attempt.worker),
    metrics: outcome.metrics,
    provenance: { ...outcome.provenance },
    durationMs: attempt.durationMs,
    endedAt: attempt.endedAt,
  };
  const problem = recordProblem(result);
  return problem ? failureRecord(attempt, 'infrastructure', problem) : result;
}

export function failureRecord(attempt: Attempt, failure: FailureKind, message: string): TrialRecord {
  const { lease, worker, durationMs, endedAt } = attempt;
  const text = message.slice(0, MAX_MESSAGE_LENGTH);
  return { kind: 'failure', ...keyFields(lease, worker), failure, message: text, durationMs, endedAt };
}

export function reportRecord(lease: Lease, worker: string, report: AnyReport): ReportRecord {
  return { kind: 'report', ...keyFields(lease, worker), trainEpoch: report.trainEpoch, metrics: report.metrics };
}

/** @returns why the coordinator would not take this record, or undefined when it would. */
export function recordProblem(record: TrialRecord): string | undefined {
  const parsed = trialRecordSchema.safeParse(record);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `Expected a ${record.kind} that can be stored, got one with ${issue?.path.join('.')}: ${issue?.message}.`;
  }
  const { length } = encodeRecord(record);
  if (length <= MAX_RECORD_BYTES) return undefined;
  return `Expected a ${record.kind} of at most ${MAX_RECORD_BYTES} bytes, got ${length}.`;
}

/** The lease whose last word is in these bytes; undefined for reports and for what is no record. */
export function leaseOfFinalRecord(bytes: Uint8Array): Lease | undefined {
  const decoded = decodeRecord(bytes);
  if ('problem' in decoded || decoded.record.kind === 'report') return undefined;
  const { sweepId, cell, attempt, leaseId, epoch } = decoded.record;
  return { leaseId, sweep: sweepName(sweepId), cell, attempt, epoch };
}

/** @returns why a lease from a coordinator of this leadership epoch cannot be worked on, or undefined. */
export function leaseProblem(lease: Lease, epoch: number): string | undefined {
  if (lease.leaseId === '') return 'Expected a lease id, got none.';
  if (parseSweepName(lease.sweep) === undefined)
    return `Expected the name of a sweep, got ${JSON.stringify(lease.sweep)}.`;
  if (lease.attempt < 1) return `Expected an attempt of at least 1, got ${lease.attempt}.`;
  return lease.epoch < epoch
    ? `Expected a lease of leadership epoch ${epoch} or higher, got ${lease.epoch}.`
    : undefined;
}

function keyFields(lease: Lease, worker: string) {
  const { leaseId, sweep, cell, attempt, epoch } = lease;
  return { sweepId: parseSweepName(sweep) ?? sweep, cell, attempt, leaseId, epoch, worker };
}
