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
  function check(): void {
    if (storage.length === lastSequence) return;
    const message = `Expected the event log to end at batch ${lastSequence}, got ${storage.length}: another coordinator has written.`;
    throw new TickworkError('LOG_CONFLICT', message);
  }
  return {
    async *replay(after = 0) {
      const end = storage.length;
      for (lastSequence = after; lastSequence < end; ) {
        yield JSON.parse(storage[lastSequence++] as string) as SweepEvent[];
      }
    },
    async append(events) {
      check();
      lastSequence = storage.push(JSON.stringify(events));
    },
    async confirm() {
      check();
    },
    async batchId(sequence) {
      if (sequence < 1 || sequence > storage.length) return undefined;
      return createHash('sha256').update(storage.slice(0, sequence).join('\n')).digest('hex');
    },
    get lastSequence() {
      return lastSequence;
    },
    async close() {},
  };
}
