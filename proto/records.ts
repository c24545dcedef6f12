import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonicalJson } from '../core/json/canonical-json.ts';
import { FAILURE_KINDS } from '../core/trial/states.ts';

/**
 * What workers put on NATS, and the coordinator for results that are reused: JSON, one record a message. Its id is made of its key, so the same fact always has the same id
 * (it is the Nats-Msg-Id too), and its hash covers everything but the delivery, so a repeat is told from a contradiction.
 */
const keyFields = {
  sweepId: z.string().min(1).max(80),
  cell: z.int().min(0),
  /** 0 for what is reused, see `reusedFrom`; else from 1 on. */
  attempt: z.int().min(0),
  leaseId: z.string().min(1).max(128),
  /** Leadership epoch under which the lease was granted. */
  epoch: z.int().min(0),
  worker: z.string().min(1).max(64),
};

/** The trial that has given this, of an equal recipe: then nobody has trained the cell, and the record is the coordinator's. */
const reusedFrom = z
  .strictObject({ sweepId: keyFields.sweepId, cell: keyFields.cell, attempt: z.int().min(1) })
  .optional();

const metricsSchema = z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/), z.number());

const anyRecord = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('result'),
    ...keyFields,
    reusedFrom,
    metrics: metricsSchema,
    /** Executor, device, precision, versions: invariant I8. */
    provenance: z.record(z.string(), z.unknown()),
    /** Milliseconds the trial took, and when it ended by the worker's clock (Unix ms, for people only). */
    durationMs: z.number().min(0),
    endedAt: z.number(),
  }),
  z.strictObject({
    kind: z.literal('failure'),
    ...keyFields,
    failure: z.enum(FAILURE_KINDS),
    message: z.string().max(16_384),
    durationMs: z.number().min(0),
    endedAt: z.number(),
  }),
  z.strictObject({
    kind: z.literal('report'),
    ...keyFields,
    reusedFrom,
    trainEpoch: z.int().min(1),
    metrics: metricsSchema,
  }),
]);

export const trialRecordSchema = anyRecord.refine(
  (record) => (record.attempt === 0) === ('reusedFrom' in record && record.reusedFrom !== undefined),
  { error: 'Expected attempt 0 for what is reused, and only for that', path: ['attempt'] },
);

export type TrialRecord = z.output<typeof trialRecordSchema>;
export type ResultRecord = Extract<TrialRecord, { kind: 'result' }>;
export type FailureRecord = Extract<TrialRecord, { kind: 'failure' }>;
export type ReportRecord = Extract<TrialRecord, { kind: 'report' }>;

/** Identity of a record: `{sweep}.{cell}.{attempt}.{result|failure|report-N}`. */
export function recordId(record: TrialRecord): string {
  const what = record.kind === 'report' ? `report-${record.trainEpoch}` : record.kind;
  return `${record.sweepId}.${record.cell}.${record.attempt}.${what}`;
}

/** SHA-256 (hex) of what the record claims: its kind, key and values, not when or by whom it was delivered. */
export function recordContentHash(record: TrialRecord): string {
  const claim =
    record.kind === 'result'
      ? { kind: record.kind, metrics: record.metrics }
      : record.kind === 'failure'
        ? { kind: record.kind, failure: record.failure }
        : { kind: record.kind, trainEpoch: record.trainEpoch, metrics: record.metrics };
  return createHash('sha256')
    .update(canonicalJson({ ...claim, sweepId: record.sweepId, cell: record.cell }))
    .digest('hex');
}

export function encodeRecord(record: TrialRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** @returns the record, or a sentence that says what is wrong with the bytes. */
export function decodeRecord(bytes: Uint8Array): { readonly record: TrialRecord } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return {
      problem: `Expected a JSON object in UTF-8, got ${bytes.length} bytes that are not: ${(error as Error).message}`,
    };
  }
  const parsed = trialRecordSchema.safeParse(value);
  return parsed.success ? { record: parsed.data } : { problem: z.prettifyError(parsed.error) };
}

export interface RecordKey {
  readonly sweepId: string;
  readonly cell: number;
  readonly attempt: number;
  readonly kind: TrialRecord['kind'];
  /** Of a report. */
  readonly trainEpoch?: number;
}

const RECORD_ID = /^([a-z0-9-]+)\.(\d{1,15})\.(\d{1,9})\.(result|failure|report-(\d{1,9}))$/;

/** The inverse of `recordId`; undefined for text that is none. */
export function parseRecordId(id: string): RecordKey | undefined {
  const match = RECORD_ID.exec(id);
  if (!match) return undefined;
  const [, sweepId, cell, attempt, what, trainEpoch] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ];
  const key = { sweepId, cell: Number(cell), attempt: Number(attempt) };
  if (trainEpoch !== undefined) return { ...key, kind: 'report', trainEpoch: Number(trainEpoch) };
  return { ...key, kind: what as 'result' | 'failure' };
}
