import { decodeRecord, encodeRecord, recordContentHash, recordId } from '../../../proto/records.ts';
import { deferred } from '../../../runtime/deferred.ts';
import type { Delivery, Malformed, RecordOutlet, RecordStream } from '../../ports.ts';

export interface MemoryRecordStream extends RecordStream, RecordOutlet {
  /**
   * What a worker does.
   * @param id Nats-Msg-Id: a repeat is dropped. Without one the message is always stored.
   */
  publish(bytes: Uint8Array, id?: string): void;
  /** Delivers again what was delivered and not acknowledged, as JetStream does after `ack_wait`. */
  redeliver(): void;
}

interface Stored {
  readonly bytes: Uint8Array;
  readonly sequence: number;
  deliveries: number;
}

/** The record stream in memory, for tests and simulations. */
export function createMemoryRecordStream(): MemoryRecordStream {
  const unacknowledged = new Map<number, Stored>();
  const ids = new Set<string>();
  const closing = new AbortController();
  let waiting: Stored[] = [];
  let sequence = 0;
  let arrived = deferred<void>();

  function deliver(stored: Stored): Delivery | Malformed {
    stored.deliveries++;
    const ack = async (): Promise<void> => void unacknowledged.delete(stored.sequence);
    const decoded = decodeRecord(stored.bytes);
    if ('problem' in decoded) return { problem: decoded.problem, bytes: stored.bytes, sequence: stored.sequence, ack };
    const { record } = decoded;
    return {
      record,
      id: recordId(record),
      contentHash: recordContentHash(record),
      sequence: stored.sequence,
      deliveries: stored.deliveries,
      ack,
    };
  }

  function publish(bytes: Uint8Array, id?: string): void {
    if (id !== undefined && ids.has(id)) return;
    if (id !== undefined) ids.add(id);
    const stored = { bytes: Uint8Array.from(bytes), sequence: ++sequence, deliveries: 0 };
    unacknowledged.set(sequence, stored);
    waiting.push(stored);
    arrived.resolve();
  }

  return {
    publish,
    async put(records) {
      for (const record of records) publish(encodeRecord(record), recordId(record));
    },
    redeliver() {
      waiting = [...unacknowledged.values()];
      arrived.resolve();
    },
    async *deliveries({ maxBatch, signal }) {
      const stop = AbortSignal.any([signal, closing.signal]);
      const wake = (): void => arrived.resolve();
      stop.addEventListener('abort', wake);
      try {
        while (!stop.aborted) {
          if (waiting.length > 0) yield waiting.splice(0, maxBatch).map(deliver);
          else {
            arrived = deferred();
            await arrived.promise;
          }
        }
      } finally {
        stop.removeEventListener('abort', wake);
      }
    },
    backlog: async () => unacknowledged.size,
    async close() {
      closing.abort();
    },
  };
}
