import type { Place } from '../../core/placement/place.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import type { ClusterState, SweepState } from '../../core/sweep/state.ts';
import { sweepsByTurn } from '../../core/sweep/turns.ts';
import type { FailureKind } from '../../core/trial/states.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { assignmentOf, type LeasedEvent } from './assignment-message.ts';
import type { LeaseBook } from './lease-book.ts';
import { type QueuePolicy, queueDepth } from './queue-depth.ts';
import type { SessionRegistry } from './registry.ts';
import type { Session } from './session.ts';

/** Gives pending cells to free slots. */
export interface Dispatcher {
  /** This worker was heard of, and may have room now. Cheap to call. */
  heard(session: Session): void;
  /** These events are durable now. @param freed whose leases they have ended. */
  changed(events: readonly SweepEvent[], freed: Iterable<Session>): void;
  /** A sweep that was held back is so no more. */
  released(): void;
  /** Slots that could take a cell now. */
  freeSlots(session: Session): number;
}

/** Slots of a worker that could take a cell now, and cells that could wait there for a slot. */
interface Room {
  readonly free: number;
  readonly queue: number;
}

const NO_ROOM: Room = { free: 0, queue: 0 };
/** Trials of a worker that have ended while their results are not in the table: beyond that something is the matter with its records, and it waits. */
const MAX_UNCOMMITTED = 1_024;

export interface DispatcherDeps {
  readonly ledger: Ledger;
  readonly book: LeaseBook;
  readonly registry: SessionRegistry;
  readonly newLeaseId: () => string;
  /** A worker that is silent for longer than this, ms, is given nothing. */
  readonly quietMs: number;
  readonly queuePolicy: QueuePolicy;
  /** Sweeps of which nothing starts for now. */
  readonly heldBack: (sweep: SweepState) => boolean;
  readonly now: () => number;
  readonly onAssigned: (waitMs: number) => void;
  readonly logger: Logger;
}

/** After these there is no more to start than before. */
const TAKES_ONLY: ReadonlySet<SweepEvent['type']> = new Set(['trial-leased', 'trial-started', 'score-reported']);

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { ledger, book, registry, newLeaseId, quietMs, queuePolicy, heldBack, now, onAssigned, logger } = deps;
  let scheduled = false;
  /**
   * Workers that may have room: those that something has happened to since they had none. Of a thousand workers few have, and this
   * is asked some thousand times a second.
   */
  const roomy = new Set<Session>();
  /** Workers that nothing fitted; until something changes they are asked no more, and what waits is left to others. */
  const barren = new Set<Session>();
  /** How often there was more to start than before. */
  let changes = 0;

  function roomAt(session: Session): Room {
    const { connection, adopted, draining, hello, stops, granting } = session;
    if (!connection.open || !adopted || draining || now() - session.lastHeardAt > quietMs) return NO_ROOM;
    const { live, ended } = book.countsOf(session.worker);
    if (ended >= MAX_UNCOMMITTED) return NO_ROOM;
    const room = hello.slots - (live - ended) - stops.size - granting;
    const depth = queueDepth(session.trialMs, hello.slots, hello.queue, queuePolicy);
    return { free: Math.max(0, room), queue: Math.max(0, depth + Math.min(0, room)) };
  }

  /** Its devices, less the trials that have ended there. @param queue cells that may wait for a slot. */
  function placesNow(session: Session, queue: number): readonly Place[] {
    const { ended, endedAt } = book.countsOf(session.worker);
    if (ended === 0 && queue === 0) return session.places;
    const each = Math.ceil(queue / session.places.length);
    return session.places.map((place) => {
      const over = endedAt.get(place.device);
      return { ...place, queue: each, ...(over === undefined ? {} : { ended: over }) };
    });
  }

  function pendingCells(): number {
    const startable = sweepsByTurn(ledger.state).filter((sweep) => !heldBack(sweep));
    return startable.reduce((total, sweep) => total + sweep.counts.pending, 0);
  }

  /** @param to a free slot, or the queue before the slots. */
  async function grant(session: Session, to: keyof Room): Promise<void> {
    const since = now();
    const seen = changes;
    session.granting++;
    let leased: LeasedEvent | undefined;
    try {
      const { worker, hello, trialMs } = session;
      const depth = to === 'free' ? 0 : queueDepth(trialMs, hello.slots, hello.queue, queuePolicy);
      const at = placesNow(session, depth);
      const places = placesMatter(ledger.state) ? registry.places() : [];
      const { events } = await ledger.submit({ type: 'grant-lease', worker, leaseId: newLeaseId(), at, places });
      leased = events.find((event): event is LeasedEvent => event.type === 'trial-leased');
    } finally {
      session.granting--;
      // While this was being decided the book counted the lease and `granting` counted it again: a slot may have been overlooked.
      roomy.add(session);
    }
    if (!leased) {
      // Decided before what has changed since: then it may well be given something.
      if (changes === seen) barren.add(session);
      return wake();
    }
    await assign(session, leased);
    onAssigned(now() - since);
    wake();
  }

  async function assign(session: Session, lease: LeasedEvent): Promise<void> {
    // Cancelled in the very turn that granted it.
    if (book.get(lease.sweepId, lease.cell)?.leaseId !== lease.leaseId) return;
    const made = assignmentOf(ledger.state.sweeps.get(lease.sweepId) as SweepState, lease);
    if ('problem' in made) return lose(lease, 'user_error', made.problem);
    const current = registry.get(lease.worker)?.session === session;
    if (current && session.connection.send({ assignment: made.assignment })) return;
    await lose(lease, 'preempted', 'the stream ended before the assignment was sent');
  }

  async function lose(lease: LeasedEvent, kind: FailureKind, message: string): Promise<void> {
    await ledger.submit({ type: 'lose-attempt', lease, kind, message, worker: lease.worker });
  }

  /** @returns what may be granted now; a worker without room is asked again when something happens to it. */
  function askRoomy(): readonly { readonly session: Session; readonly room: Room }[] {
    const waiting: { readonly session: Session; readonly room: Room }[] = [];
    for (const session of roomy) {
      if (barren.has(session)) {
        roomy.delete(session);
        continue;
      }
      const room = roomAt(session);
      if (room.free === 0 && room.queue === 0) roomy.delete(session);
      else waiting.push({ session, room });
    }
    return waiting;
  }

  function run(): void {
    scheduled = false;
    let pending = roomy.size === 0 ? 0 : pendingCells();
    if (pending === 0) return;
    const waiting = askRoomy();
    // Whoever has a free slot comes before any queue.
    for (const to of ['free', 'queue'] as const) {
      // One slot of every worker before the second of any: small sweeps spread.
      for (let round = 1; pending > 0 && waiting.some(({ room }) => room[to] >= round); round++) {
        for (const { session, room } of waiting) {
          if (room[to] < round || pending === 0) continue;
          pending--;
          grant(session, to).catch((error: unknown) =>
            logger.warn({ err: error, worker: session.worker }, 'could not grant a lease'),
          );
        }
      }
    }
  }

  function wake(): void {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(run);
  }

  function heard(session: Session): void {
    barren.delete(session);
    roomy.add(session);
    wake();
  }

  function changed(events: readonly SweepEvent[], freed: Iterable<Session>): void {
    for (const session of freed) roomy.add(session);
    if (events.some(({ type }) => !TAKES_ONLY.has(type))) released();
    else wake();
  }

  function released(): void {
    changes++;
    for (const session of barren) roomy.add(session);
    barren.clear();
    wake();
  }

  return { heard, changed, released, freeSlots: (session) => roomAt(session).free };
}

/** Whether it matters where else a trial could run. */
function placesMatter({ learnedMemory, sweeps }: ClusterState): boolean {
  return learnedMemory.size > 0 || [...sweeps.active].some(({ requeued }) => requeued.length > 0);
}
