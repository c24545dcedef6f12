import type { CommandSpec } from '../../core/command/command.ts';
import { gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import { type TrialParameters, type TrialSpec, trialParametersSchema } from '../../core/study/trial-parameters.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import type { ClusterState, SweepState } from '../../core/sweep/state.ts';
import { sweepsByTurn } from '../../core/sweep/turns.ts';
import type { FailureKind } from '../../core/trial/states.ts';
import type { Assignment } from '../../proto/generated/tickwork/v1/Assignment.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LeaseBook } from './lease-book.ts';
import { wireLease } from './lease-message.ts';
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

export interface DispatcherDeps {
  readonly ledger: Ledger;
  readonly book: LeaseBook;
  readonly registry: SessionRegistry;
  readonly newLeaseId: () => string;
  /** A worker that is silent for longer than this, ms, is given nothing. */
  readonly quietMs: number;
  readonly now: () => number;
  readonly onAssigned: (waitMs: number) => void;
  readonly logger: Logger;
}

/** After these there is no more to start than before. */
const TAKES_ONLY: ReadonlySet<SweepEvent['type']> = new Set(['trial-leased', 'trial-started', 'score-reported']);

type LeasedEvent = Extract<SweepEvent, { type: 'trial-leased' }>;

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { ledger, book, registry, newLeaseId, quietMs, now, onAssigned, logger } = deps;
  let scheduled = false;
  /** Workers that nothing fitted; until something changes they are asked no more, and what waits is left to others. */
  const barren = new Set<Session>();

  function freeSlots(session: Session): number {
    const { connection, adopted, draining, hello, stops, granting } = session;
    if (!connection.open || !adopted || draining || now() - session.lastHeardAt > quietMs) return 0;
    return Math.max(0, hello.slots - book.ofWorker(session.worker).length - stops.size - granting);
  }

  function pendingCells(): number {
    return sweepsByTurn(ledger.state).reduce((total, sweep) => total + sweep.counts.pending, 0);
  }

  async function grant(session: Session): Promise<void> {
    const since = now();
    session.granting++;
    let leased: LeasedEvent | undefined;
    try {
      const { worker, places: at } = session;
      const places = placesMatter(ledger.state) ? registry.places() : [];
      const { events } = await ledger.submit({ type: 'grant-lease', worker, leaseId: newLeaseId(), at, places });
      leased = events.find((event): event is LeasedEvent => event.type === 'trial-leased');
    } finally {
      session.granting--;
    }
    if (!leased) {
      barren.add(session);
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
    session.slotUse.begin(lease.leaseId, now());
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
      .map((session) => ({ session, free: freeSlots(session) }));
    // One slot of every worker before the second of any: small sweeps spread.
    for (let round = 1; pending > 0 && waiting.some(({ free }) => free >= round); round++) {
      for (const { session, free } of waiting) {
        if (free < round || pending === 0) continue;
        pending--;
        grant(session).catch((error: unknown) =>
          logger.warn({ err: error, worker: session.worker }, 'could not grant a lease'),
        );
      }
    }
  }

  function wake(): void {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(run);
  }

  function changed(events: readonly SweepEvent[]): void {
    if (events.some(({ type }) => !TAKES_ONLY.has(type))) barren.clear();
    wake();
  }

  function heard(session: Session): void {
    barren.delete(session);
    wake();
  }

  return { wake, heard, changed, freeSlots };
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
  const values = grid.parameters(gridIndex);
  const parsed = study.command ? undefined : trialParametersSchema.safeParse(values);
  if (parsed?.success === false) {
    return { problem: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ') };
  }
  const spec: TrialSpec | CommandSpec = study.command
    ? { command: study.command, parameters: values, seed }
    : { parameters: parsed?.data as TrialParameters, seed };
  return {
    assignment: {
      lease: wireLease(lease),
      trialJson: JSON.stringify(spec),
      title: `${grid.title(gridIndex)} seed=${seed}`.trim(),
      device: lease.placed?.device ?? 0,
    },
  };
}
