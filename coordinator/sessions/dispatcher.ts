import type { CommandSpec, Handover } from '../../core/command/command.ts';
import { dependenciesOf } from '../../core/dependencies/dependencies.ts';
import { gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import type { Place } from '../../core/placement/place.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import { validParameters } from '../../core/study/valid-parameters.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { type ClusterState, type SweepState, trialOf } from '../../core/sweep/state.ts';
import { sweepsByTurn } from '../../core/sweep/turns.ts';
import { upstreamsOf } from '../../core/sweep/upstream.ts';
import type { FailureKind } from '../../core/trial/states.ts';
import type { Assignment } from '../../proto/generated/tickwork/v1/Assignment.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LeaseBook } from './lease-book.ts';
import { wireLease } from './lease-message.ts';
import { type QueuePolicy, queueDepth } from './queue-depth.ts';
import type { SessionRegistry } from './registry.ts';
import type { Session } from './session.ts';

/** Gives pending cells to free slots. */
export interface Dispatcher {
  /** Something has changed that may let a cell start: a slot, a sweep, a lost attempt. Cheap to call. */
  wake(): void;
  /** As `wake`, for a worker that was heard of. */
  heard(session: Session): void;
  /** These events are durable now. */
  changed(events: readonly SweepEvent[]): void;
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
  readonly now: () => number;
  readonly onAssigned: (waitMs: number) => void;
  readonly logger: Logger;
}

/** After these there is no more to start than before. */
const TAKES_ONLY: ReadonlySet<SweepEvent['type']> = new Set(['trial-leased', 'trial-started', 'score-reported']);

type LeasedEvent = Extract<SweepEvent, { type: 'trial-leased' }>;

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { ledger, book, registry, newLeaseId, quietMs, queuePolicy, now, onAssigned, logger } = deps;
  let scheduled = false;
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
    return sweepsByTurn(ledger.state).reduce((total, sweep) => total + sweep.counts.pending, 0);
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
    }
    if (!leased) {
      // Decided before what has changed since: then it may well be given something.
      if (changes === seen) barren.add(session);
      return wake();
    }
    await assign(session, leased);
    onAssigned(now() - since);
    // While this was being decided the book counted the lease and `granting` counted it again: a slot may have been overlooked.
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

  function run(): void {
    scheduled = false;
    let pending = pendingCells();
    if (pending === 0) return;
    const waiting = registry
      .connected()
      .filter((session) => !barren.has(session))
      .map((session) => ({ session, room: roomAt(session) }));
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

  function changed(events: readonly SweepEvent[]): void {
    if (events.some(({ type }) => !TAKES_ONLY.has(type))) {
      changes++;
      barren.clear();
    }
    wake();
  }

  function heard(session: Session): void {
    barren.delete(session);
    wake();
  }

  return { wake, heard, changed, freeSlots: (session) => roomAt(session).free };
}

/** Whether it matters where else a trial could run. */
function placesMatter({ learnedMemory, sweeps }: ClusterState): boolean {
  return learnedMemory.size > 0 || [...sweeps.values()].some(({ requeued }) => requeued.length > 0);
}

/** The study was checked when it was submitted; a problem here comes from a log that another version has written. */
function assignmentOf(
  sweep: SweepState,
  lease: LeasedEvent,
): { readonly assignment: Assignment } | { readonly problem: string } {
  const { grid, study } = sweep;
  const gridIndex = gridIndexOf(grid, lease.cell);
  const seed = seedOf(grid, lease.cell);
  // What a command takes is its own business.
  const valid = study.command
    ? { command: study.command, parameters: grid.parameters(gridIndex), ...handoverOf(sweep, lease) }
    : validParameters(grid, gridIndex);
  if ('problem' in valid) return valid;
  const spec = { ...valid, seed } as TrialSpec | CommandSpec;
  return {
    assignment: {
      lease: wireLease(lease),
      trialJson: JSON.stringify(spec),
      title: `${grid.title(gridIndex)} seed=${seed}`.trim(),
      device: lease.placed?.device ?? 0,
    },
  };
}

/** Of a study whose trials wait for each other. */
function handoverOf(sweep: SweepState, { cell, attempt }: LeasedEvent): { readonly handover?: Handover } {
  if (sweep.study.dependencies !== true) return {};
  const upstreams = upstreamsOf(sweep, cell).map((upstream) => ({
    cell: upstream,
    attempt: trialOf(sweep, upstream).attempt,
  }));
  const awaited = dependenciesOf(sweep).isSource(gridIndexOf(sweep.grid, cell));
  return { handover: { attempt, awaited, upstreams } };
}
