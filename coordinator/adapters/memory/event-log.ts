import { createHash } from 'node:crypto';
import { TickworkError } from '../../../core/errors.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import type { EventLog } from '../../ports.ts';

/**
 * The event log in memory, for tests and simulations.
 * @param storage one JSON text a batch; logs over the same array are writers of the same log.
 */
export function createMemoryEventLog(storage: string[] = []): EventLog {
  let lastSequence = 0;
  return {
    async *replay(after = 0) {
      const end = storage.length;
      for (lastSequence = after; lastSequence < end; ) {
        yield JSON.parse(storage[lastSequence++] as string) as SweepEvent[];
      }
    },
    async append(events) {
      if (storage.length !== lastSequence) {
        const message = `Expected the event log to end at batch ${lastSequence}, got ${storage.length}: another coordinator has written.`;
        throw new TickworkError('LOG_CONFLICT', message);
      }
      lastSequence = storage.push(JSON.stringify(events));
    },
    async batchId(sequence) {
      const text = storage[sequence - 1];
      return text === undefined ? undefined : createHash('sha256').update(`${sequence} ${text}`).digest('hex');
    },
    get lastSequence() {
      return lastSequence;
    },
    async close() {},
  };
}
