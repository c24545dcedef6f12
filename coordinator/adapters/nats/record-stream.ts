import type { Consumer, JsMsg } from 'nats';
import { TickworkError } from '../../../core/errors.ts';
import type { NatsNames } from '../../../proto/subjects.ts';
import { backoffMs } from '../../../runtime/backoff.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { deferred } from '../../../runtime/deferred.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { RecordStream } from '../../ports.ts';
import type { NatsLink } from './connection.ts';
import { type Acknowledge, createAcknowledge, toDelivery } from './delivery.ts';
import { isTransient, natsUnreachable } from './nats-errors.ts';
import { ensureRecordConsumer, reclaimDeliveries } from './record-consumer.ts';
import { ensureStream } from './streams.ts';

export interface NatsRecordStreamOptions {
  readonly link: NatsLink;
  readonly names: Pick<
    NatsNames,
    'recordStream' | 'recordSubjects' | 'recordConsumer' | 'recordSubject' | 'reusedSubject'
  >;
  /** Whose table the records are for: each has a place of its own in the stream. */
  readonly tableId: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly replicas?: number;
  /** A full stream refuses workers' records, which stay in their outboxes. Default: no limit. */
  readonly maxBytes?: number;
  /** How long opening bears a server that does not answer. */
  readonly patienceMs?: number;
  /** After this time without an acknowledgement a record is delivered again. */
  readonly ackWaitMs?: number;
  /** Whether NATS limits programs to their subjects; see delivery.ts. Default: no. */
  readonly boundSubjects?: boolean;
}

/** One pull request: its end is also how a server that went away, and records that got lost on their way, are noticed. */
const PULL = { max_messages: 500, expires: 2_000, idle_heartbeat: 1_000 };
/** Messages that wait here for the coordinator; pulling pauses above. With PULL it stays below MAX_ACK_PENDING. */
const HIGH_WATER = 1_000;
const RETRY_BACKOFF = { firstMs: 100, capMs: 2_000 };

/**
 * Workers' records on JetStream. The stream and its durable consumer are made when they are missing, also later, when a server
 * has come back without them: what they held is still in the workers' outboxes. `close` leaves the connection open.
 * @throws TickworkError NATS_UNREACHABLE, CONFIG_INVALID
 */
export async function openNatsRecordStream(options: NatsRecordStreamOptions): Promise<RecordStream> {
  const {
    link,
    names,
    clock,
    random,
    logger,
    replicas = 1,
    maxBytes = -1,
    ackWaitMs = 20_000,
    patienceMs = 30_000,
  } = options;
  const settings = { name: names.recordStream, subjects: names.recordSubjects, replicas, maxBytes };
  const consumerSettings = {
    stream: names.recordStream,
    durable: names.recordConsumer(options.tableId),
    ackWaitMs,
    replicas,
  };
  const bound = options.boundSubjects === true ? names : undefined;
  const closing = new AbortController();
  const confirm = createAcknowledge(logger);
  /** Sequences delivered here and not acknowledged yet. */
  const inHand = new Set<number>();
  const acknowledge: Acknowledge = (message) => {
    inHand.delete(message.seq);
    return confirm(message);
  };

  async function ensureConsumer(): Promise<Consumer> {
    await ensureStream(link, settings);
    return ensureRecordConsumer(link, consumerSettings);
  }

  /**
   * What a cut connection has carried to nobody, the server takes for delivered, and whoever waits for its receipt would wait
   * for `ack_wait`. Asked only when nothing else comes.
   */
  async function reclaimLost(consumer: Consumer): Promise<void> {
    const { num_ack_pending } = await consumer.info();
    if (num_ack_pending <= inHand.size) return;
    logger.warn(
      { unacknowledged: num_ack_pending, inHand: inHand.size },
      'Records got lost on their way from NATS; again',
    );
    await reclaimDeliveries(link, consumerSettings, clock);
  }

  /** Calls `take` for each message, until `signal` aborts. `room` resolves when more may be pulled. */
  async function pull(take: (message: JsMsg) => void, room: () => Promise<void>, signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        const consumer = await ensureConsumer();
        for (; !signal.aborted; await room()) {
          const messages = await consumer.fetch(PULL);
          const stop = (): void => messages.stop();
          signal.addEventListener('abort', stop);
          // An abort while the request was on its way has found no listener.
          if (signal.aborted) stop();
          let empty = true;
          try {
            for await (const message of messages) {
              empty = false;
              take(message);
            }
          } finally {
            signal.removeEventListener('abort', stop);
          }
          if (empty && !signal.aborted) await reclaimLost(consumer);
          failures = 0;
        }
      } catch (error) {
        if (error instanceof TickworkError) throw error;
        if (signal.aborted) return;
        if (link.connection.isClosed()) throw natsUnreachable('reading the record stream', error);
        logger.warn({ error: String(error), failures }, 'Could not pull records from NATS; retrying');
        await clock.sleep(50 + backoffMs(failures, random(), RETRY_BACKOFF), signal);
      }
    }
  }

  async function* deliveries({ maxBatch, signal }: Parameters<RecordStream['deliveries']>[0]) {
    if (signal.aborted || closing.signal.aborted) return;
    const ended = new AbortController();
    const stop = AbortSignal.any([signal, closing.signal, ended.signal]);
    const waiting: JsMsg[] = [];
    let arrived = deferred<void>();
    let drained = deferred<void>();

    const take = (message: JsMsg): void => {
      inHand.add(message.seq);
      waiting.push(message);
      arrived.resolve();
    };
    async function room(): Promise<void> {
      while (waiting.length >= HIGH_WATER && !stop.aborted) await drained.promise;
    }
    stop.addEventListener('abort', () => {
      arrived.resolve();
      drained.resolve();
    });
    let failure: unknown;
    const pulling = pull(take, room, stop).catch((error: unknown) => {
      failure = error;
      arrived.resolve();
    });

    try {
      for (;;) {
        await arrived.promise;
        if (stop.aborted) return;
        if (waiting.length === 0) throw failure;
        const batch = waiting.splice(0, maxBatch);
        if (waiting.length === 0 && failure === undefined) arrived = deferred();
        drained.resolve();
        drained = deferred();
        yield batch.map((message) => toDelivery(message, acknowledge, bound));
      }
    } finally {
      ended.abort();
      inHand.clear();
      if (!link.connection.isClosed()) for (const message of waiting) message.nak();
      await pulling;
    }
  }

  /** A cluster that elects its leaders answers nothing for a while. */
  async function open(): Promise<void> {
    const deadline = clock.now() + patienceMs;
    for (let failures = 0; ; failures++) {
      try {
        await ensureConsumer();
        return await reclaimDeliveries(link, consumerSettings, clock);
      } catch (error) {
        if (error instanceof TickworkError) throw error;
        if (!isTransient(error) || clock.now() >= deadline) throw natsUnreachable('opening the record stream', error);
        await clock.sleep(50 + backoffMs(failures, random(), RETRY_BACKOFF));
      }
    }
  }

  await open();
  return {
    deliveries,
    async backlog() {
      try {
        const { num_pending, num_ack_pending } = await link.manager.consumers.info(
          consumerSettings.stream,
          consumerSettings.durable,
        );
        return num_pending + num_ack_pending;
      } catch (error) {
        throw natsUnreachable('asking for the backlog of the record stream', error);
      }
    },
    async close() {
      closing.abort();
    },
  };
}
