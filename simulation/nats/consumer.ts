/** A record as the stream keeps it, acknowledged or not. */
export interface StoredRecord {
  readonly sequence: number;
  readonly id: string;
  readonly payload: Uint8Array;
}

export interface DeliveredRecord extends StoredRecord {
  /** 1 for the first delivery. */
  readonly deliveries: number;
}

/** A durable consumer of the record stream: what one coordinator's table has acknowledged of it, and what comes to it again. */
export interface Consumer {
  /** One that the stream has just stored. */
  offer(record: StoredRecord): void;
  /** The stream has lost it. */
  lose(sequence: number): void;
  /** @param push says whether anybody still waits for it. */
  pull(limit: number, expiresMs: number, push: (record: DeliveredRecord) => boolean): void;
  /** @returns the record, when it was not acknowledged before. */
  acknowledge(sequence: number): StoredRecord | undefined;
  /** Records that are not acknowledged. */
  readonly backlog: number;
  /** Of them, those that were delivered. */
  readonly delivered: number;
  /** Ids of some of them. */
  readonly next: readonly string[];
  /** Everything delivered and not acknowledged may be delivered now. */
  reclaim(): void;
  /** One record is not delivered for so long, while others are: it was lost on its way, and comes again after all that is new. */
  holdBack(id: string, ms: number): void;
  /** The end of all holding back. */
  letGo(): void;
  /** The requests that waited are gone with their server. */
  restart(): void;
  /** Delivers nothing while true, as one whose leader is being elected. */
  stalled: boolean;
}

const ACK_WAIT_MS = 60_000;

interface Pending {
  readonly record: StoredRecord;
  deliveries: number;
  /** Not to be delivered before. */
  dueAt: number;
  /** Nor by a reclaim. */
  heldUntil: number;
}

interface Pull {
  left: number;
  readonly expiresAt: number;
  readonly push: (record: DeliveredRecord) => boolean;
}

/** @param stored what the stream has already: a new consumer begins at its beginning. */
export function createConsumer(now: () => number, stored: Iterable<StoredRecord>): Consumer {
  const pending = new Map<number, Pending>();
  let pulls: Pull[] = [];
  let stalled = false;

  /** Whoever asked last is served first: earlier requests are those of processes that are gone. */
  function serve(): void {
    pulls = pulls.filter(({ left, expiresAt }) => left > 0 && expiresAt > now());
    if (pulls.length === 0 || stalled) return;
    for (const each of pending.values()) {
      if (each.dueAt > now()) continue;
      if (!deliver({ ...each.record, deliveries: each.deliveries + 1 })) return;
      each.deliveries++;
      each.dueAt = now() + ACK_WAIT_MS;
    }
  }

  /** @returns false when nobody waits for anything. */
  function deliver(record: DeliveredRecord): boolean {
    for (let pull = pulls.at(-1); pull; pull = pulls.at(-1)) {
      if (pull.left > 0 && pull.push(record)) {
        pull.left--;
        return true;
      }
      pulls.pop();
    }
    return false;
  }

  function offer(record: StoredRecord): void {
    pending.set(record.sequence, { record, deliveries: 0, dueAt: now(), heldUntil: now() });
    serve();
  }

  for (const record of stored) offer(record);
  return {
    offer,
    lose: (sequence) => void pending.delete(sequence),
    pull(limit, expiresMs, push) {
      pulls.push({ left: limit, expiresAt: now() + expiresMs, push });
      serve();
    },
    acknowledge(sequence) {
      const record = pending.get(sequence)?.record;
      pending.delete(sequence);
      return record;
    },
    get backlog() {
      return pending.size;
    },
    get delivered() {
      return [...pending.values()].filter(({ deliveries }) => deliveries > 0).length;
    },
    get next() {
      return [...pending.values()].slice(0, 3).map(({ record, deliveries }) => `${record.id} (${deliveries} times)`);
    },
    reclaim() {
      for (const each of pending.values()) if (each.deliveries > 0) each.dueAt = Math.max(now(), each.heldUntil);
      serve();
    },
    holdBack(id, ms) {
      for (const each of pending.values()) if (each.record.id === id) each.dueAt = each.heldUntil = now() + ms;
    },
    letGo() {
      for (const each of pending.values()) {
        if (each.heldUntil <= now()) continue;
        each.dueAt = each.heldUntil = now();
      }
      serve();
    },
    restart() {
      pulls = [];
    },
    get stalled() {
      return stalled;
    },
    set stalled(next) {
      stalled = next;
      serve();
    },
  };
}
