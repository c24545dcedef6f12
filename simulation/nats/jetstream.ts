import type { Flaws } from '../check/planted-bugs.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import type { Scheduler } from '../time/scheduler.ts';

/**
 * What a JetStream server keeps: the event stream with its expected sequence, and the record stream with its duplicate window and
 * one durable consumer. Plain state and its rules; who may ask, and whether an answer arrives, is nats-network.ts.
 */
export interface JetStream {
  readonly events: readonly StoredBatch[];
  appendBatch(id: string, bytes: string, expectedLast: number): 'stored' | 'wrong last sequence';
  /** @returns whether the window had the id already. @throws when the disk is full. */
  publish(id: string, payload: Uint8Array): { readonly duplicate: boolean };
  /** Delivers what is due, at most `limit` records until the request expires; each comes again unless acknowledged in time. */
  pull(limit: number, expiresMs: number, push: (record: StoredRecord) => void): void;
  acknowledge(sequence: number): void;
  /** Records that are not acknowledged. */
  readonly backlog: number;
  /** Everything delivered and not acknowledged may be delivered now. */
  reclaim(): void;
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

export interface StoredRecord {
  readonly sequence: number;
  readonly id: string;
  readonly payload: Uint8Array;
  deliveries: number;
  /** Not to be delivered before. */
  dueAt: number;
}

export interface JetStreamWatch {
  appended(bytes: string): void;
  /** A publication has arrived. `earlier` is what the duplicate window has under its id. */
  published(id: string, payload: Uint8Array, earlier: Uint8Array | undefined): void;
  acknowledged(record: StoredRecord): void;
}

export interface JetStreamOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly watch: JetStreamWatch;
  readonly flaws: Pick<Flaws, 'logTakesAnyWriter'>;
}

const DUPLICATE_WINDOW_MS = 120_000;
const ACK_WAIT_MS = 60_000;

interface Pull {
  left: number;
  readonly expiresAt: number;
  readonly push: (record: StoredRecord) => void;
}

export function createJetStream({ scheduler, random, watch, flaws }: JetStreamOptions): JetStream {
  const events: StoredBatch[] = [];
  const records = new Map<number, StoredRecord>();
  const window = new Map<string, { readonly at: number; readonly payload: Uint8Array }>();
  let pulls: Pull[] = [];
  let sequence = 0;
  let full = false;

  /** Whoever asked last is served first: earlier requests are those of processes that are gone. */
  function serve(): void {
    pulls = pulls.filter(({ left, expiresAt }) => left > 0 && expiresAt > scheduler.now);
    const pull = pulls.at(-1);
    if (!pull) return;
    for (const record of records.values()) {
      if (record.dueAt > scheduler.now || pull.left === 0) continue;
      pull.left--;
      record.deliveries++;
      record.dueAt = scheduler.now + ACK_WAIT_MS;
      pull.push({ ...record });
    }
  }

  function requireSpace(): void {
    if (full) throw new Error('no space left on device');
  }

  return {
    events,
    appendBatch(id, bytes, expectedLast) {
      requireSpace();
      const isRepeat = events.at(expectedLast)?.id === id;
      if (isRepeat) return 'stored';
      if (!flaws.logTakesAnyWriter && events.length !== expectedLast) return 'wrong last sequence';
      events.push({ id, bytes });
      watch.appended(bytes);
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
      records.set(++sequence, { sequence, id, payload: copy, deliveries: 0, dueAt: scheduler.now });
      serve();
      return { duplicate };
    },
    pull(limit, expiresMs, push) {
      pulls.push({ left: limit, expiresAt: scheduler.now + expiresMs, push });
      serve();
    },
    acknowledge(acknowledged) {
      const record = records.get(acknowledged);
      if (record) watch.acknowledged(record);
      records.delete(acknowledged);
    },
    get backlog() {
      return records.size;
    },
    reclaim() {
      for (const record of records.values()) if (record.deliveries > 0) record.dueAt = scheduler.now;
      serve();
    },
    forget(probability) {
      const lost = [...records.keys()].filter(() => random.chance(probability));
      for (const each of lost) records.delete(each);
      return lost.length;
    },
    restart() {
      pulls = [];
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
