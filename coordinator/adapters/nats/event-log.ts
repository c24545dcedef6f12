import { createHash } from 'node:crypto';
import type { StreamInfo } from 'nats';
import { TickworkError } from '../../../core/errors.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import type { NatsNames } from '../../../proto/subjects.ts';
import { backoffMs } from '../../../runtime/backoff.ts';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { EventLog } from '../../ports.ts';
import type { NatsLink } from './connection.ts';
import { decodeEventBatch, encodeEventBatch } from './event-batch.ts';
import { isTransient, JETSTREAM_CODE, jetStreamCode, natsUnreachable } from './nats-errors.ts';
import { readStream } from './read-stream.ts';
import { ensureStream } from './streams.ts';

export interface NatsEventLogOptions {
  readonly link: NatsLink;
  readonly names: Pick<NatsNames, 'eventStream' | 'eventSubject'>;
  /** Unique for each process, so that its own batches are told from another coordinator's. */
  readonly writerId: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly replicas?: number;
  /** How long one append or replay bears a server that does not answer. A cold cluster needs some 40 s to elect its leaders. */
  readonly patienceMs?: number;
}

const RETRY_BACKOFF = { firstMs: 100, capMs: 2_000 };
const FEW = 100;

/**
 * The event log on JetStream: one message a batch, each published with the sequence it expects the stream to end at, so the
 * server itself refuses a second writer. `close` leaves the connection open: it is the caller's.
 * @throws TickworkError NATS_UNREACHABLE, CONFIG_INVALID
 */
export async function openNatsEventLog(options: NatsEventLogOptions): Promise<EventLog> {
  const { link, names, writerId, clock, random, logger, replicas = 1, patienceMs = 60_000 } = options;
  const settings = { name: names.eventStream, subjects: names.eventSubject, replicas, maxBytes: -1 };
  const closing = new AbortController();
  let lastSequence = 0;
  let queue: Promise<void> = Promise.resolve();

  /** Retries while nobody answers; anything else is thrown as it is. */
  async function patiently<T>(doing: string, attempt: () => Promise<T>): Promise<T> {
    const deadline = clock.now() + patienceMs;
    for (let tries = 0; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof TickworkError) throw error;
        if (!isTransient(error) || clock.now() >= deadline || closing.signal.aborted)
          throw natsUnreachable(doing, error);
        logger.warn({ error: String(error), tries }, `NATS did not answer while ${doing}; retrying`);
        await clock.sleep(50 + backoffMs(tries, random(), RETRY_BACKOFF), closing.signal);
      }
    }
  }

  /** A few are asked for one by one: whoever follows the log reads on every second, and a consumer is something to be elected. */
  async function* messages(
    after: number,
    last: number,
  ): AsyncGenerator<{ readonly seq: number; readonly data: Uint8Array }> {
    if (last - after > FEW) return yield* readStream(link, names.eventStream, { after, last }, patienceMs);
    for (let seq = after + 1; seq <= last; seq++) {
      yield await patiently('reading the event log', () => link.manager.streams.getMessage(names.eventStream, { seq }));
    }
  }

  async function* replay(after = 0): AsyncGenerator<readonly SweepEvent[]> {
    const doing = 'reading the event log';
    const { state } = await patiently(doing, () => link.manager.streams.info(names.eventStream));
    checkComplete(state);
    if (state.last_seq < after) throw missing(after, state.last_seq);
    lastSequence = after;
    for await (const message of messages(after, state.last_seq)) {
      if (message.seq !== lastSequence + 1) throw missing(lastSequence + 1, message.seq);
      const events = decodeEventBatch(message.data, message.seq);
      lastSequence = message.seq;
      yield events;
    }
  }

  async function write(events: readonly SweepEvent[]): Promise<void> {
    const bytes = encodeEventBatch(events);
    const sequence = lastSequence + 1;
    const id = `${writerId}.${sequence}.${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
    await patiently('appending to the event log', () => publish(sequence, id, bytes));
    lastSequence = sequence;
  }

  /**
   * Safe to repeat: when an earlier try was stored although its answer was lost, the server calls the next one a duplicate or
   * refuses its expectation, and the id of the stored message tells whose it is.
   */
  async function publish(sequence: number, id: string, bytes: Uint8Array): Promise<void> {
    try {
      const ack = await link.jetStream.publish(names.eventSubject, bytes, {
        msgID: id,
        expect: { streamName: names.eventStream, lastSequence: sequence - 1 },
      });
      if (ack.seq !== sequence) throw missing(sequence, ack.seq);
    } catch (error) {
      if (jetStreamCode(error) !== JETSTREAM_CODE.WRONG_LAST_SEQUENCE) throw error;
      const stored = await storedId(sequence);
      if (stored === undefined) throw cutShort(sequence - 1, error);
      if (stored !== id) throw conflict(sequence, error);
    }
  }

  /** @returns undefined when the stream ends before. */
  async function storedId(sequence: number): Promise<string | undefined> {
    try {
      return (await link.manager.streams.getMessage(names.eventStream, { seq: sequence })).header.get('Nats-Msg-Id');
    } catch (error) {
      if (jetStreamCode(error) === JETSTREAM_CODE.MESSAGE_NOT_FOUND) return undefined;
      throw error;
    }
  }

  await patiently('opening the event log', () => ensureStream(link, settings));
  return {
    replay,
    append(events) {
      // In the order of the calls; what stands behind a failed batch fails with it, or the log would have a hole.
      const written = queue.then(() => write(events));
      queue = written;
      written.catch(() => {
        if (queue === written) queue = Promise.resolve();
      });
      return written;
    },
    async confirm() {
      await queue.catch(() => undefined);
      const doing = 'asking for the end of the event log';
      const { state } = await patiently(doing, () => link.manager.streams.info(names.eventStream));
      if (state.last_seq > lastSequence) throw conflict(lastSequence + 1);
      if (state.last_seq < lastSequence) throw cutShort(state.last_seq);
    },
    batchId: (sequence) => patiently('looking into the event log', () => storedId(sequence)),
    get lastSequence() {
      return lastSequence;
    },
    async close() {
      closing.abort();
      await queue.catch(() => undefined);
    },
  };
}

function checkComplete(state: StreamInfo['state']): void {
  if (state.messages !== state.last_seq) throw missing(state.messages + 1, state.last_seq);
}

function missing(expected: number, got: number): TickworkError {
  const message =
    `Expected message ${expected} of the event log, got ${got}: the NATS server has lost messages. ` +
    'Restore its store directory from a backup.';
  return new TickworkError('INTERNAL', message);
}

function cutShort(last: number, cause?: unknown): TickworkError {
  const message =
    `Expected the event log to end at message ${last}, but it ends before: the NATS server has lost messages. ` +
    'Restart the coordinator to go on from what is left.';
  return new TickworkError('INTERNAL', message, { cause });
}

function conflict(sequence: number, cause?: unknown): TickworkError {
  const message =
    `Expected batch ${sequence} of the event log to be free, but another coordinator has written it. ` +
    'Stop one of the two, or give it another namespace.';
  return new TickworkError('LOG_CONFLICT', message, { cause });
}
