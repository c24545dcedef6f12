import type { SweepState } from '../../core/sweep/state.ts';
import { dispositionCodec } from '../../proto/enums.ts';
import type { Welcome } from '../../proto/generated/tickwork/v1/Welcome.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ResultStore } from '../ports.ts';
import { createDispatcher } from './dispatcher.ts';
import { createLeaseBook, type EndedLease, type LeaseBook } from './lease-book.ts';
import { QUEUE_POLICY, type QueuePolicy } from './queue-depth.ts';
import { reapLeases } from './reaper.ts';
import { answerUnreceipted, type ReceiptAnswer } from './receipts.ts';
import { createSessionRegistry, type SessionRegistry } from './registry.ts';
import { recallTrial, type Session, stopTrial } from './session.ts';
import type { AcceptWork } from './work-connection.ts';
import { createWorkService } from './work-service.ts';

/** All that concerns connected workers, wired to the ledger. */
export interface ClusterSessions {
  readonly accept: AcceptWork;
  readonly book: LeaseBook;
  readonly registry: SessionRegistry;
  freeSlots(session: Session): number;
  /** Whether nothing of a sweep starts for now. */
  heldBack(sweep: SweepState): boolean;
  /** A sweep that was held back is so no more. */
  released(): void;
  /** Tells a worker to finish what it runs and to leave. */
  drain(session: Session): void;
  /** Called when a heartbeat has brought news of running trials. */
  onProgress(listener: () => void): void;
  /** Tells a worker that its records are durable, if it is connected; otherwise it asks when it comes back. */
  receipt(worker: string, receipts: readonly ReceiptAnswer[]): void;
  /** Takes back leases that nobody speaks of, until `signal` aborts. */
  reap(signal: AbortSignal): Promise<void>;
}

export interface ClusterSessionsDeps {
  readonly ledger: Ledger;
  readonly store: ResultStore;
  /** One that nobody sets: leases are timed by it. */
  readonly clock: Clock;
  readonly newLeaseId: () => string;
  readonly leaseDurationMs: number;
  readonly heartbeatIntervalMs: number;
  readonly welcome: Pick<Welcome, 'natsServers' | 'natsNamespace' | 'coordinatorVersion'>;
  /** False while the log does not answer; no lease expires then. Default: always true. */
  readonly canDecide?: () => boolean;
  /** Default: QUEUE_POLICY. */
  readonly queuePolicy?: QueuePolicy;
  /** As the ledger's. Default: no sweep. */
  readonly heldBack?: (sweep: SweepState) => boolean;
  readonly onAssigned: (waitMs: number) => void;
  readonly onExpired: () => void;
  readonly logger: Logger;
}

/** A worker that is silent for so many heartbeats is given nothing, and another process may take its name. */
const QUIET_HEARTBEATS = 2;

export function createClusterSessions(deps: ClusterSessionsDeps): ClusterSessions {
  const {
    ledger,
    store,
    clock,
    leaseDurationMs,
    heartbeatIntervalMs,
    canDecide = () => true,
    heldBack = () => false,
    onExpired,
    logger,
  } = deps;
  const quietMs = QUIET_HEARTBEATS * heartbeatIntervalMs;
  const book = createLeaseBook(ledger.state, clock.now(), leaseDurationMs);
  const registry = createSessionRegistry();
  const { newLeaseId, onAssigned } = deps;
  const dispatcher = createDispatcher({
    ledger,
    book,
    registry,
    newLeaseId,
    quietMs,
    queuePolicy: deps.queuePolicy ?? QUEUE_POLICY,
    heldBack,
    now: clock.now,
    onAssigned,
    logger,
  });

  function sendReceipts({ connection }: Session, receipts: readonly ReceiptAnswer[]): void {
    if (receipts.length === 0) return;
    const { epoch } = ledger.state;
    connection.send({
      receipts: {
        receipts: receipts.map(({ recordId, disposition }) => ({
          recordId,
          disposition: dispositionCodec.encode(disposition),
          epoch,
        })),
      },
    });
  }

  const progressListeners: (() => void)[] = [];
  const accept = createWorkService({
    ledger,
    book,
    registry,
    dispatcher,
    welcome: () => ({ ...deps.welcome, epoch: ledger.state.epoch, heartbeatIntervalMs, leaseDurationMs }),
    quietMs,
    answerUnreceipted: (ids) => answerUnreceipted(ids, ledger, store),
    sendReceipts,
    onProgress: () => {
      for (const listener of progressListeners) listener();
    },
    now: clock.now,
    logger,
  });

  /** The holder of a lease that has ended learns of it, unless it ended it itself. @returns the session of the holder. */
  function settle({ lease, by }: EndedLease): Session | undefined {
    const known = registry.get(lease.worker);
    if (!known) return;
    known.session.slotUse.finish(lease.leaseId, clock.now());
    const itself =
      by.type !== 'sweep-cancelled' &&
      by.type !== 'sweep-edited' &&
      by.type !== 'trial-stopped' &&
      by.worker === lease.worker &&
      (by.type === 'attempt-lost' || by.attempt === lease.attempt);
    const why = by.type === 'trial-stopped' ? `stopped early: ${by.reason}` : 'the trial was settled elsewhere';
    if (known.connected && !itself) stopTrial(known.session, lease, why);
    return known.session;
  }

  /** No further cell of a paused sweep starts, those included that wait for a slot. */
  function recallAll(sweepId: string): void {
    for (const lease of book.all()) {
      if (lease.sweepId !== sweepId || lease.started || lease.ended) continue;
      const known = registry.get(lease.worker);
      if (known?.connected) recallTrial(known.session, lease, 'the sweep was paused before the trial began');
    }
  }

  ledger.onEvents((events) => {
    const freed = book.apply(events, clock.now()).flatMap((ended) => settle(ended) ?? []);
    for (const event of events) if (event.type === 'sweep-paused') recallAll(event.sweepId);
    dispatcher.changed(events, freed);
  });

  return {
    accept,
    book,
    registry,
    freeSlots: dispatcher.freeSlots,
    heldBack,
    released: dispatcher.released,
    drain(session) {
      if (session.connection.send({ drain: {} })) session.draining = true;
    },
    onProgress: (listener) => void progressListeners.push(listener),
    receipt(worker, receipts) {
      const known = registry.get(worker);
      if (known?.connected) sendReceipts(known.session, receipts);
    },
    reap: (signal) =>
      reapLeases({ ledger, book, registry, leaseDurationMs, canDecide, onExpired, clock, logger }, signal),
  };
}
