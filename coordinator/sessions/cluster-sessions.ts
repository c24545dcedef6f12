import type { Disposition } from '../../core/trial/states.ts';
import { dispositionCodec } from '../../proto/enums.ts';
import type { Welcome } from '../../proto/generated/tickwork/v1/Welcome.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ResultStore } from '../ports.ts';
import { createDispatcher, freeSlots } from './dispatcher.ts';
import { createLeaseBook, type LeaseBook, type LiveLease } from './lease-book.ts';
import { answerUnreceipted, type ReceiptAnswer } from './receipts.ts';
import { createSessionRegistry, type SessionRegistry } from './registry.ts';
import { type Session, wireLease } from './session.ts';
import { createWorkHandler, type WorkHandler } from './work-service.ts';

/** All that concerns connected workers, wired to the ledger. */
export interface ClusterSessions {
  readonly handle: WorkHandler;
  readonly book: LeaseBook;
  readonly registry: SessionRegistry;
  freeSlots(session: Session): number;
  /** Called when a heartbeat has brought news of running trials. */
  onProgress(listener: () => void): void;
  /** Tells a worker that its records are durable, if it is connected; otherwise it asks when it comes back. */
  receipt(worker: string, receipts: readonly ReceiptAnswer[]): void;
  /** Takes back leases that nobody speaks of, until `signal` aborts. */
  reap(signal: AbortSignal): Promise<void>;
  /** Ends all streams. */
  close(): void;
}

export interface ClusterSessionsDeps {
  readonly ledger: Ledger;
  readonly store: ResultStore;
  readonly clock: Clock;
  readonly newLeaseId: () => string;
  readonly leaseDurationMs: number;
  readonly heartbeatIntervalMs: number;
  readonly welcome: Pick<Welcome, 'natsServers' | 'natsNamespace' | 'coordinatorVersion'>;
  readonly onAssigned: (waitMs: number) => void;
  readonly onExpired: () => void;
  readonly logger: Logger;
}

/** How often leases are looked at, as a share of their duration. */
const REAP_SHARE = 10;

export function createClusterSessions(deps: ClusterSessionsDeps): ClusterSessions {
  const { ledger, store, clock, leaseDurationMs, heartbeatIntervalMs, logger } = deps;
  const book = createLeaseBook(ledger.state, clock.now(), leaseDurationMs);
  const registry = createSessionRegistry();
  const dispatcher = createDispatcher({ ledger, book, registry, newLeaseId: deps.newLeaseId, now: clock.now, onAssigned: deps.onAssigned, logger });

  function sendReceipts(session: Session, receipts: readonly ReceiptAnswer[]): void {
    if (receipts.length === 0) return;
    const { epoch } = ledger.state;
    const encode = (disposition: Disposition) => dispositionCodec.encode(disposition);
    session.send({
      receipts: { receipts: receipts.map(({ recordId, disposition }) => ({ recordId, disposition: encode(disposition), epoch })) },
    });
  }

  const progressListeners: (() => void)[] = [];
  const handle = createWorkHandler({
    ledger,
    onProgress: () => {
      for (const listener of progressListeners) listener();
    },
    book,
    registry,
    dispatcher,
    welcome: () => ({ ...deps.welcome, epoch: ledger.state.epoch, heartbeatIntervalMs, leaseDurationMs }),
    duplicateWindowMs: 2 * heartbeatIntervalMs,
    answerUnreceipted: (ids) => answerUnreceipted(ids, ledger, store),
    sendReceipts,
    now: clock.now,
    logger,
  });

  /** The holder of a lease that has ended learns of it, unless it ended it itself. */
  function settle(lease: LiveLease, spokenBy: string | undefined): void {
    const known = registry.get(lease.worker);
    if (!known) return;
    known.session.slotUse.finish(lease.leaseId, clock.now());
    if (!known.connected || spokenBy === lease.leaseId) return;
    known.session.stopping.add(lease.leaseId);
    known.session.send({ stop: { lease: wireLease(lease), reason: 'the trial was settled elsewhere' } });
  }

  ledger.onEvents((events) => {
    const ended = new Map<string, string>();
    for (const event of events) {
      if (event.type === 'trial-succeeded') ended.set(`${event.sweepId}/${event.cell}/${event.attempt}/${event.worker}`, 'own');
    }
    for (const lease of book.apply(events, clock.now())) {
      const own = ended.has(`${lease.sweepId}/${lease.cell}/${lease.attempt}/${lease.worker}`);
      const failed = events.some(
        (event) =>
          (event.type === 'attempt-lost' || event.type === 'trial-failed') && event.sweepId === lease.sweepId && event.cell === lease.cell && event.worker === lease.worker,
      );
      settle(lease, own || failed ? lease.leaseId : undefined);
    }
    dispatcher.wake();
  });

  return {
    handle,
    book,
    registry,
    freeSlots: (session) => freeSlots(session, book),
    onProgress: (listener) => void progressListeners.push(listener),
    receipt(worker, receipts) {
      const known = registry.get(worker);
      if (known?.connected) sendReceipts(known.session, receipts);
    },
    async reap(signal) {
      while (!signal.aborted) {
        const now = clock.now();
        for (const lease of book.expired(now, leaseDurationMs)) {
          const silent = Math.round((now - lease.heardAt) / 1000);
          const message = `lease expired: ${lease.worker} was not heard of for ${silent} s`;
          logger.warn({ lease }, message);
          await ledger
            .submit({ type: 'lose-attempt', lease, kind: 'infrastructure', message, worker: lease.worker })
            .then(deps.onExpired)
            .catch((error: unknown) => logger.debug({ err: error }, 'an expired lease was settled already'));
        }
        for (const { session, connected } of registry.known()) {
          const gone = now - session.lastHeardAt > 10 * leaseDurationMs;
          if (!connected && gone && book.ofWorker(session.worker).length === 0) registry.forget(session.worker);
        }
        await clock.sleep(Math.max(20, leaseDurationMs / REAP_SHARE), signal);
      }
    },
    close: () => registry.connected().forEach((session) => session.end()),
  };
}
