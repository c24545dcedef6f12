import type { EventLog } from '../../coordinator/ports.ts';
import { TickworkError } from '../../core/errors.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { backoffMs } from '../../runtime/backoff.ts';
import type { Process } from '../time/process.ts';
import type { CoordinatorLink } from './coordinator-link.ts';

export interface SimulatedEventLogOptions {
  readonly link: Pick<CoordinatorLink, 'request'>;
  readonly process: Process;
  /** Unique for each process. */
  readonly writerId: string;
  readonly patienceMs?: number;
}

const RETRY_BACKOFF = { firstMs: 100, capMs: 2_000 };

/** The event log as coordinator/adapters/nats/event-log.ts keeps it, on the simulated JetStream; one contract suite runs over both. */
export function openSimulatedEventLog(options: SimulatedEventLogOptions): EventLog {
  const { link, process, writerId, patienceMs = 60_000 } = options;
  const { clock, random } = process;
  let lastSequence = 0;
  let queue: Promise<void> = Promise.resolve();

  async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
    const deadline = clock.now() + patienceMs;
    for (let tries = 0; ; tries++) {
      try {
        return await attempt();
      } catch (cause) {
        if (cause instanceof TickworkError) throw cause;
        if (clock.now() >= deadline)
          throw new TickworkError('NATS_UNREACHABLE', 'Expected NATS to answer, got silence.', { cause });
        await clock.sleep(50 + backoffMs(tries, random(), RETRY_BACKOFF));
      }
    }
  }

  async function write(events: readonly SweepEvent[]): Promise<void> {
    const bytes = JSON.stringify(events);
    const expected = lastSequence;
    const id = `${writerId}.${expected}.${bytes}`;
    const answer = await patiently(() => link.request((streams) => streams.appendBatch(id, bytes, expected)));
    if (answer === 'wrong last sequence')
      throw new TickworkError('LOG_CONFLICT', `Expected batch ${expected + 1} to be free, got one of another writer.`);
    lastSequence = expected + 1;
  }

  return {
    async *replay(after = 0) {
      const batches = await patiently(() => link.request((streams) => streams.events.slice(after)));
      lastSequence = after;
      for (const { bytes } of batches) {
        lastSequence++;
        yield JSON.parse(bytes) as SweepEvent[];
      }
    },
    append(events) {
      const written = queue.then(() => write(events));
      queue = written;
      written.catch(() => {
        if (queue === written) queue = Promise.resolve();
      });
      return written;
    },
    async confirm() {
      await queue.catch(() => undefined);
      const last = await patiently(() => link.request((streams) => streams.events.length));
      if (last > lastSequence)
        throw new TickworkError('LOG_CONFLICT', `Expected the log to end at batch ${lastSequence}, got ${last}.`);
    },
    batchId: (sequence) => patiently(() => link.request((streams) => streams.events[sequence - 1]?.id)),
    get lastSequence() {
      return lastSequence;
    },
    close: async () => queue.catch(() => undefined),
  };
}
