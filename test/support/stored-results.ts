import type { SetAside, StoreBatch, StoredResult } from '../../coordinator/ports.ts';
import type { ReusedFrom } from '../../core/trial/trial.ts';
import type { FailureRecord, ReportRecord } from '../../proto/records.ts';
import { recordContentHash } from '../../proto/records.ts';

interface Choices {
  readonly sweepId?: string;
  readonly cell: number;
  readonly gridIndex?: number;
  readonly seed?: number;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly sequence?: number;
  readonly trialKey?: string;
  readonly committedAt?: number;
  readonly reusedFrom?: ReusedFrom;
}

/** A committed result; by default its position in the stream is its cell plus one. */
export function storedResult({
  sweepId = 's1',
  cell,
  gridIndex = cell,
  seed = 1,
  metrics,
  sequence,
  trialKey,
  committedAt = 1_700_000_001_000,
  reusedFrom,
}: Choices): StoredResult {
  const record = {
    kind: 'result' as const,
    ...recordKey(sweepId, cell),
    ...(reusedFrom === undefined ? {} : { attempt: 0, reusedFrom }),
    metrics: metrics ?? { testError: cell / 8, trainLoss: 1 / (cell + 1) },
    provenance: { executor: 'onnx', note: 'Größe "S" – 32 px' },
    durationMs: 12.5,
    endedAt: 1_700_000_000_000,
  };
  const contentHash = recordContentHash(record);
  return {
    sweepId,
    cell,
    gridIndex,
    seed,
    record,
    contentHash,
    ...(trialKey === undefined ? {} : { trialKey }),
    sequence: sequence ?? cell + 1,
    committedAt,
  };
}

export function storedReport(
  cell: number,
  attempt: number,
  trainEpoch: number,
  sweepId = 's1',
): ReportRecord & { sequence: number } {
  return {
    kind: 'report',
    ...recordKey(sweepId, cell),
    attempt,
    trainEpoch,
    metrics: { trainLoss: 1 / trainEpoch },
    sequence: 1000 * cell + trainEpoch,
  };
}

export function storedFailure(cell: number, attempt: number): FailureRecord & { sequence: number } {
  return {
    kind: 'failure',
    ...recordKey('s1', cell),
    attempt,
    failure: 'diverged',
    message: 'The loss became NaN.',
    durationMs: 5,
    endedAt: 1_700_000_000_000,
    sequence: 7,
  };
}

export function aside(disposition: SetAside['disposition'], id: string, contentHash = 'h'): SetAside {
  return { disposition, reason: 'a test', id, contentHash, body: '{}', sequence: 3, at: 1_700_000_000_000 };
}

export function batchOf(parts: Partial<StoreBatch>): StoreBatch {
  return { results: [], reports: [], failures: [], setAside: [], ...parts };
}

function recordKey(sweepId: string, cell: number) {
  return { sweepId, cell, attempt: 1, leaseId: `lease-${cell}`, epoch: 1, worker: 'worker-1' };
}
