import { type BackoffOptions, backoffMs } from '../../runtime/backoff.ts';

/**
 * When each record of the outbox is to be published. Pure: the time and randomness are arguments.
 *
 * A record is *ready* (publish it now), *in flight* (handed to JetStream, no answer yet) or *resting* (until it is due
 * again): after a refusal for a jittered moment, after an acknowledgement for half a minute and longer each time. Only
 * a receipt takes it out; an acknowledgement is no proof that a consumer will ever see it.
 */
export interface PublicationQueue {
  /** A new record; ready at once. */
  offer(id: string): void;
  /** Its receipt has come. */
  withdraw(id: string): void;
  /** Up to `limit` ready records; they are in flight afterwards. */
  take(nowMs: number, limit: number): readonly string[];
  acknowledged(id: string, nowMs: number, random: number): void;
  refused(id: string, nowMs: number, random: number): void;
  /** Everything that rests is ready again: the world has changed (a reconnect). */
  refresh(): void;
  /** No resting record is due before; undefined when none rests. */
  nextDueMs(): number | undefined;
  readonly inFlight: number;
  /** Records that JetStream has not acknowledged yet. */
  readonly unacknowledged: number;
}

export interface PublicationTimings {
  readonly refused: BackoffOptions;
  readonly republishAfterMs: number;
  readonly republishCapMs: number;
}

interface Publication {
  readonly refusals: number;
  readonly acknowledgements: number;
}

const NEW: Publication = { refusals: 0, acknowledgements: 0 };

export function createPublicationQueue(timings: PublicationTimings): PublicationQueue {
  const publications = new Map<string, Publication>();
  const ready = new Set<string>();
  const inFlight = new Set<string>();
  const resting = new Map<string, number>();
  let unacknowledged = 0;
  /** Nothing that rests is due before. */
  let earliestDueMs = Number.POSITIVE_INFINITY;

  function rest(id: string, dueMs: number, publication: Publication): void {
    inFlight.delete(id);
    // The receipt may have come before the acknowledgement.
    if (!publications.has(id)) return;
    publications.set(id, publication);
    resting.set(id, dueMs);
    earliestDueMs = Math.min(earliestDueMs, dueMs);
  }

  function wake(nowMs: number): void {
    if (nowMs < earliestDueMs) return;
    earliestDueMs = Number.POSITIVE_INFINITY;
    for (const [id, dueMs] of resting) {
      if (dueMs > nowMs) {
        earliestDueMs = Math.min(earliestDueMs, dueMs);
        continue;
      }
      resting.delete(id);
      ready.add(id);
    }
  }

  return {
    offer(id) {
      if (publications.has(id)) return;
      publications.set(id, NEW);
      ready.add(id);
      unacknowledged++;
    },
    withdraw(id) {
      const publication = publications.get(id);
      if (!publication) return;
      if (publication.acknowledgements === 0) unacknowledged--;
      publications.delete(id);
      inFlight.delete(id);
      ready.delete(id);
      resting.delete(id);
    },
    take(nowMs, limit) {
      wake(nowMs);
      const taken: string[] = [];
      for (const id of ready) {
        if (taken.length >= limit) break;
        ready.delete(id);
        inFlight.add(id);
        taken.push(id);
      }
      return taken;
    },
    acknowledged(id, nowMs, random) {
      const { acknowledgements } = publications.get(id) ?? NEW;
      if (publications.has(id) && acknowledgements === 0) unacknowledged--;
      const wait = Math.min(timings.republishCapMs, timings.republishAfterMs * 2 ** Math.min(acknowledgements, 30));
      // Up to a quarter later, so that records published together do not come back together.
      rest(id, nowMs + wait * (1 + random / 4), { refusals: 0, acknowledgements: acknowledgements + 1 });
    },
    refused(id, nowMs, random) {
      const { refusals, acknowledgements } = publications.get(id) ?? NEW;
      rest(id, nowMs + backoffMs(refusals, random, timings.refused), { refusals: refusals + 1, acknowledgements });
    },
    refresh() {
      wake(Number.POSITIVE_INFINITY);
    },
    nextDueMs() {
      return resting.size === 0 ? undefined : earliestDueMs;
    },
    get inFlight() {
      return inFlight.size;
    },
    get unacknowledged() {
      return unacknowledged;
    },
  };
}
