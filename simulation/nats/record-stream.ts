import type { Delivery, Malformed, RecordStream } from '../../coordinator/ports.ts';
import { TickworkError } from '../../core/errors.ts';
import { decodeRecord, recordContentHash, recordId } from '../../proto/records.ts';
import { deferred } from '../../runtime/deferred.ts';
import type { Process } from '../time/process.ts';
import type { CoordinatorLink } from './coordinator-link.ts';
import type { StoredRecord } from './jetstream.ts';

const PULL = { limit: 500, expiresMs: 5_000 };

/** The record stream on the simulated JetStream: pulled, redelivered, acknowledged; one contract suite runs over all adapters. */
export async function openSimulatedRecordStream(link: CoordinatorLink, process: Process): Promise<RecordStream> {
  const closing = new AbortController();

  async function pull(take: (record: StoredRecord) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      link.connection.subscribe<StoredRecord>((streams, push) => streams.pull(PULL.limit, PULL.expiresMs, push), take);
      await process.clock.sleep(PULL.expiresMs, signal);
    }
  }

  function toDelivery({ sequence, payload, deliveries }: StoredRecord): Delivery | Malformed {
    const ack = async (): Promise<void> => {
      await link.request((streams) => streams.acknowledge(sequence)).catch(() => undefined);
    };
    const decoded = decodeRecord(payload);
    if ('problem' in decoded) return { problem: decoded.problem, bytes: payload, sequence, ack };
    const { record } = decoded;
    return { record, id: recordId(record), contentHash: recordContentHash(record), sequence, deliveries, ack };
  }

  await link
    .request((streams) => streams.reclaim())
    .catch((cause: unknown) => {
      throw new TickworkError('NATS_UNREACHABLE', 'Expected NATS to open the record stream, got silence.', { cause });
    });
  return {
    async *deliveries({ maxBatch, signal }) {
      if (signal.aborted || closing.signal.aborted) return;
      const ended = new AbortController();
      const stop = ended.signal;
      // Not AbortSignal.any: Node keeps such a signal until it aborts, and those of a killed process never do.
      for (const each of [signal, closing.signal]) each.addEventListener('abort', () => ended.abort());
      const waiting: StoredRecord[] = [];
      let arrived = deferred<void>();
      stop.addEventListener('abort', () => arrived.resolve());
      void pull((record) => {
        waiting.push(record);
        arrived.resolve();
      }, stop);
      for (;;) {
        await arrived.promise;
        if (stop.aborted) return;
        const batch = waiting.splice(0, maxBatch);
        if (waiting.length === 0) arrived = deferred();
        if (batch.length > 0) yield batch.map(toDelivery);
      }
    },
    backlog: () => link.request((streams) => streams.backlog),
    async close() {
      closing.abort();
    },
  };
}
