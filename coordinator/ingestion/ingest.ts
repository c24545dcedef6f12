import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Settled } from '../ledger/settle-records.ts';
import type { Delivery, Malformed, RecordStream } from '../ports.ts';
import type { ReceiptAnswer } from '../sessions/receipts.ts';

export interface IngestionDeps {
  readonly records: RecordStream;
  readonly ledger: Ledger;
  readonly receipt: (worker: string, receipts: readonly ReceiptAnswer[]) => void;
  /** Before anything is decided: a record that cannot be settled is received all the same. */
  readonly onReceived: (batch: readonly (Delivery | Malformed)[]) => void;
  readonly onSettled: (settled: readonly Settled[], seconds: number) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const MAX_BATCH = 256;

/**
 * Records from the stream into the ledger until `signal` aborts: commit, then acknowledge, then the receipt. Whatever dies
 * before the acknowledgement is delivered again and found to be a repeat.
 */
export async function ingest(
  { records, ledger, receipt, onReceived, onSettled, clock, logger }: IngestionDeps,
  signal: AbortSignal,
): Promise<void> {
  for await (const batch of records.deliveries({ maxBatch: MAX_BATCH, signal })) {
    const start = clock.now();
    onReceived(batch);
    const settled = await ledger.ingest(batch);
    onSettled(settled, (clock.now() - start) / 1000);
    const acks = await Promise.allSettled(settled.map(({ item }) => item.ack()));
    for (const ack of acks)
      if (ack.status === 'rejected')
        logger.info({ err: ack.reason as unknown }, 'could not acknowledge; it will be delivered again');
    for (const [worker, receipts] of receiptsByWorker(settled)) receipt(worker, receipts);
  }
}

function receiptsByWorker(settled: readonly Settled[]): Map<string, ReceiptAnswer[]> {
  const byWorker = new Map<string, ReceiptAnswer[]>();
  for (const { item, outcome } of settled) {
    if (!('record' in item) || outcome === 'malformed') continue;
    // Nobody waits for the receipt of what the coordinator has delivered itself.
    if ('reusedFrom' in item.record && item.record.reusedFrom !== undefined) continue;
    const { worker } = item.record;
    const receipts = byWorker.get(worker) ?? [];
    receipts.push({ recordId: item.id, disposition: outcome === 'repeat' ? 'committed' : outcome });
    byWorker.set(worker, receipts);
  }
  return byWorker;
}
