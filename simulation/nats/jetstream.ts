import type { Flaws } from '../check/planted-bugs.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { type Consumer, createConsumer, type DeliveredRecord, type StoredRecord } from './consumer.ts';

/**
 * What a JetStream server keeps: the event stream with its expected sequence, the record stream with its duplicate window and a
 * durable consumer for each table, and the key of the leadership. Plain state and its rules; who may ask, and whether an answer
 * arrives, is nats-network.ts.
 */
export interface JetStream {
  readonly events: readonly StoredBatch[];
  appendBatch(id: string, bytes: string, expectedLast: number): 'stored' | 'wrong last sequence';
  /** @returns whether the window had the id already. @throws when the disk is full. */
  publish(id: string, payload: Uint8Array): { readonly duplicate: boolean };
  /** Delivers what is due, at most `limit` records until the request expires; each comes again unless acknowledged in time. */
  pull(table: string, limit: number, expiresMs: number, push: (record: DeliveredRecord) => boolean): void;
  acknowledge(table: string, sequence: number): void;
  /** Records that this table's consumer has not acknowledged. */
  backlog(table: string): number;
  /** Of them, those that were delivered. */
  delivered(table: string): number;
  /** Some of them, for people. */
  nextOf(table: string): readonly string[];
  /** Everything delivered to this table and not acknowledged may be delivered now. Makes the consumer when it is missing. */
  reclaim(table: string): void;
  /** For as long as `stalled`, nothing is delivered to this table. */
  stall(table: string, stalled: boolean): void;
  /** A record comes to this table after all that is published within so long, ms. */
  holdBack(table: string, id: string, ms: number): void;
  /** Nothing is stalled, held back or hidden any more. */
  calm(): void;
  /** @throws while the key is hidden from this table's coordinator. */
  readLeaderKey(table: string): LeaderEntry | undefined;
  /**
   * Compare and set.
   * @param after 0: there is none.
   * @returns the new revision; undefined when it was another.
   * @throws when the disk is full, or the key is hidden from this table's coordinator.
   */
  writeLeaderKey(table: string, bytes: string, after: number): number | undefined;
  /** As when the server that leads the key's bucket is not reached from the one that a coordinator is connected to. */
  hideLeaderKey(table: string, hidden: boolean): void;
  /** Loses acknowledged publications, each with this probability, as servers of 2.9 to 2.12 have done. @returns how many. */
  forget(probability: number): number;
  /** The server is gone, and with it the requests that waited. */
  restart(): void;
  full: boolean;
}

export interface StoredBatch {
  readonly id: string;
  readonly bytes: string;
}

export interface LeaderEntry {
  readonly bytes: string;
  readonly revision: number;
}

export interface JetStreamWatch {
  appended(batch: StoredBatch): void;
  /** A publication has arrived. `earlier` is what the duplicate window has under its id. */
  published(id: string, payload: Uint8Array, earlier: Uint8Array | undefined): void;
  acknowledged(table: string, record: StoredRecord): void;
}

export interface JetStreamOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly watch: JetStreamWatch;
  readonly flaws: Pick<Flaws, 'logTakesAnyWriter'>;
}

const DUPLICATE_WINDOW_MS = 120_000;

export function createJetStream({ scheduler, random, watch, flaws }: JetStreamOptions): JetStream {
  const events: StoredBatch[] = [];
  const records = new Map<number, StoredRecord>();
  const consumers = new Map<string, Consumer>();
  const window = new Map<string, { readonly at: number; readonly payload: Uint8Array }>();
  const hiddenFrom = new Set<string>();
  let leaderKey: LeaderEntry | undefined;
  let sequence = 0;
  let full = false;

  function requireSpace(): void {
    if (full) throw new Error('no space left on device');
  }

  function requireKey(table: string): void {
    if (hiddenFrom.has(table)) throw new Error('no leader of the bucket is reached');
  }

  function consumerOf(table: string): Consumer {
    const consumer = consumers.get(table) ?? createConsumer(() => scheduler.now, records.values());
    consumers.set(table, consumer);
    return consumer;
  }

  return {
    events,
    appendBatch(id, bytes, expectedLast) {
      requireSpace();
      const isRepeat = events.at(expectedLast)?.id === id;
      if (isRepeat) return 'stored';
      if (!flaws.logTakesAnyWriter && events.length !== expectedLast) return 'wrong last sequence';
      events.push({ id, bytes });
      watch.appended({ id, bytes });
      return 'stored';
    },
    publish(id, payload) {
      requireSpace();
      const earlier = window.get(id);
      const duplicate = earlier !== undefined && scheduler.now - earlier.at < DUPLICATE_WINDOW_MS;
      watch.published(id, payload, duplicate ? earlier.payload : undefined);
      if (duplicate) return { duplicate };
      const copy = Uint8Array.from(payload);
      window.set(id, { at: scheduler.now, payload: copy });
      const record = { sequence: ++sequence, id, payload: copy };
      records.set(sequence, record);
      for (const consumer of consumers.values()) consumer.offer(record);
      return { duplicate };
    },
    pull: (table, limit, expiresMs, push) => consumerOf(table).pull(limit, expiresMs, push),
    acknowledge(table, acknowledged) {
      const record = consumerOf(table).acknowledge(acknowledged);
      if (record) watch.acknowledged(table, record);
    },
    backlog: (table) => consumerOf(table).backlog,
    delivered: (table) => consumerOf(table).delivered,
    nextOf: (table) => consumerOf(table).next,
    reclaim: (table) => consumerOf(table).reclaim(),
    stall: (table, stalled) => void (consumerOf(table).stalled = stalled),
    holdBack: (table, id, ms) => consumerOf(table).holdBack(id, ms),
    calm() {
      full = false;
      hiddenFrom.clear();
      for (const consumer of consumers.values()) {
        consumer.stalled = false;
        consumer.letGo();
      }
    },
    readLeaderKey(table) {
      requireKey(table);
      return leaderKey;
    },
    writeLeaderKey(table, bytes, after) {
      requireSpace();
      requireKey(table);
      if ((leaderKey?.revision ?? 0) !== after) return undefined;
      leaderKey = { bytes, revision: after + 1 };
      return leaderKey.revision;
    },
    hideLeaderKey(table, hidden) {
      if (hidden) hiddenFrom.add(table);
      else hiddenFrom.delete(table);
    },
    forget(probability) {
      const lost = [...records.keys()].filter(() => random.chance(probability));
      for (const each of lost) {
        records.delete(each);
        for (const consumer of consumers.values()) consumer.lose(each);
      }
      return lost.length;
    },
    restart() {
      for (const consumer of consumers.values()) consumer.restart();
    },
    get full() {
      return full;
    },
    set full(next) {
      full = next;
    },
  };
}

/** A server process and what it keeps; the process dies and comes back, the streams stay. */
export interface NatsServer {
  readonly streams: JetStream;
  /** The server now; dead while it is away. */
  process: Process;
}
