import type { Delivery, Malformed, RecordStream } from '../../coordinator/ports.ts';
import { TickworkError } from '../../core/errors.ts';
import { decodeRecord, recordContentHash, recordId } from '../../proto/records.ts';
import { deferred } from '../../runtime/deferred.ts';
import type { Process } from '../time/process.ts';
import type { DeliveredRecord } from './consumer.ts';
import type { CoordinatorLink } from './coordinator-link.ts';

const PULL = { limit: 500, expiresMs: 5_000 };

/**
 * The record stream on the simulated JetStream: pulled, redelivered, acknowledged; one contract suite runs over all adapters.
 * @param table whose consumer it is.
 */
export async function openSimulatedRecordStream(
  link: CoordinatorLink,
  process: Process,
  table: string,
): Promise<RecordStream> {
  const closing = new AbortController();
  /** Sequences delivered here and not acknowledged yet. */
  const inHand = new Set<number>();

  /** What the server takes for delivered and nobody has; asked only when nothing else comes. */
  async function reclaimLost(): Promise<void> {
    const delivered = await link.request((streams) => streams.delivered(table)).catch(() => 0);
    if (delivered > inHand.size) await link.request((streams) => streams.reclaim(table)).catch(() => undefined);
  }

  async function pull(take: (record: DeliveredRecord) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let empty = true;
      const end = link.connection.subscribe<DeliveredRecord>(
        (streams, push) => streams.pull(table, PULL.limit, PULL.expiresMs, push),
        (record) => {
          empty = false;
          inHand.add(record.sequence);
          take(record);
        },
      );
      await process.clock.sleep(PULL.expiresMs, signal);
      if (signal.aborted) end();
      else if (empty) await reclaimLost();
    }
  }

  function toDelivery({ sequence, payload, deliveries }: DeliveredRecord): Delivery | Malformed {
    const ack = async (): Promise<void> => {
      inHand.delete(sequence);
      await link.request((streams) => streams.acknowledge(table, sequence)).catch(() => undefined);
    };
    const decoded = decodeRecord(payload);
    if ('problem' in decoded) return { problem: decoded.problem, bytes: payload, sequence, ack };
    const { record } = decoded;
    return { record, id: recordId(record), contentHash: recordContentHash(record), sequence, deliveries, ack };
  }

  function unreachable(cause: unknown): never {
    throw new TickworkError('NATS_UNREACHABLE', 'Expected NATS to answer about the record stream, got silence.', {
      cause,
    });
  }

  await link.request((streams) => streams.reclaim(table)).catch(unreachable);
  return {
    async *deliveries({ maxBatch, signal }) {
      if (signal.aborted || closing.signal.aborted) return;
      const ended = new AbortController();
      const stop = ended.signal;
      // Not AbortSignal.any: Node keeps such a signal until it aborts, and those of a killed process never do.
      const end = (): void => ended.abort();
      const ends = [signal, closing.signal];
      for (const each of ends) each.addEventListener('abort', end);
      stop.addEventListener('abort', () => {
        inHand.clear();
        for (const each of ends) each.removeEventListener('abort', end);
      });
      const waiting: DeliveredRecord[] = [];
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
    backlog: () => link.request((streams) => streams.backlog(table)).catch(unreachable),
    async close() {
      closing.abort();
    },
  };
}
