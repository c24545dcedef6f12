import { TickworkError } from '../../core/errors.ts';
import { trialOf } from '../../core/sweep/state.ts';
import type { FailureKind } from '../../core/trial/states.ts';
import { holds, isFinished, type LeaseRef } from '../../core/trial/trial.ts';
import { failureKindCodec } from '../../proto/enums.ts';
import type { Heartbeat__Output as Heartbeat } from '../../proto/generated/tickwork/v1/Heartbeat.ts';
import type { Hello__Output as Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import type { Welcome } from '../../proto/generated/tickwork/v1/Welcome.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Dispatcher } from './dispatcher.ts';
import { checkHello, checkNameIsFree, invalidHello } from './hello.ts';
import type { LeaseBook } from './lease-book.ts';
import { leaseOf, progressOf } from './lease-message.ts';
import { withDuration } from './queue-depth.ts';
import type { ReceiptAnswer } from './receipts.ts';
import type { SessionRegistry } from './registry.ts';
import { createSession, type Session, stopTrial } from './session.ts';
import type { AcceptWork, WorkConnection } from './work-connection.ts';

export interface WorkServiceDeps {
  readonly ledger: Ledger;
  readonly book: LeaseBook;
  readonly registry: SessionRegistry;
  readonly dispatcher: Dispatcher;
  readonly welcome: () => Welcome;
  /** A second process under a name is refused while the first was heard of within this time, ms. */
  readonly quietMs: number;
  readonly answerUnreceipted: (ids: readonly string[]) => Promise<readonly ReceiptAnswer[]>;
  readonly sendReceipts: (session: Session, receipts: readonly ReceiptAnswer[]) => void;
  readonly onProgress: () => void;
  readonly now: () => number;
  readonly logger: Logger;
}

/** Messages of one worker whose effect is not durable yet; above, its stream is read no further. */
const MAX_UNDER_WAY = 256;

/**
 * WorkerService.Work. Whatever waits for the log or the store is done in the background, in the order it came: a heartbeat
 * never waits, or an outage of NATS would end the leases of living workers.
 * The connection ends with WORKER_VERSION, WORKER_DUPLICATE or ARGUMENT_INVALID when the Hello is refused.
 */
export function createWorkService(deps: WorkServiceDeps): AcceptWork {
  const { ledger, book, registry, dispatcher, now, logger } = deps;

  function begin(connection: WorkConnection, hello: Hello): Session {
    checkHello(hello, connection.identity);
    const earlier = registry.get(hello.worker);
    checkNameIsFree(hello, earlier, now(), deps.quietMs);
    const session = createSession(connection, hello, now());
    registry.connect(session);
    if (earlier && earlier.session.hello.pid !== hello.pid && ledger.state.health.has(session.worker)) trust(session);
    earlier?.session.connection.end();
    connection.send({ welcome: deps.welcome() });
    logger.info({ worker: session.worker, slots: hello.slots }, 'a worker has connected');
    return session;
  }

  /** What was wrong with the process before is not held against this one. */
  function trust({ worker }: Session): void {
    ledger
      .submit({ type: 'trust-worker', worker })
      .catch((error: unknown) => logger.debug({ err: error, worker }, 'could not lift a quarantine'));
  }

  /** What the worker holds against what the log says it holds: adopted, stopped, or lost. */
  async function adopt(session: Session): Promise<void> {
    const named = new Set<string>();
    const ended = new Set(session.hello.ended.map(({ leaseId }) => leaseId));
    for (const wire of session.hello.inFlight) {
      const lease = leaseOf(wire);
      const sweep = lease && ledger.state.sweeps.get(lease.sweepId);
      if (lease && sweep && holds(trialOf(sweep, lease.cell), lease)) {
        named.add(lease.leaseId);
        book.hear(lease, now());
        if (ended.has(lease.leaseId)) book.end(lease);
        else session.slotUse.begin(lease.leaseId, now());
      } else if (lease) {
        stopTrial(session, lease, 'the lease is no longer current');
      }
    }
    const missing = book.ofWorker(session.worker).filter(({ leaseId }) => !named.has(leaseId));
    // A lease that never began was lost on its way: nobody's fault.
    const kindOf = (started: boolean): FailureKind => (started ? 'infrastructure' : 'preempted');
    const message = `the worker ${session.worker} came back without it`;
    await Promise.all(missing.map((lease) => lose(lease, kindOf(lease.started), message, session.worker)));
    session.adopted = true;
    dispatcher.heard(session);
  }

  async function lose(lease: LeaseRef, kind: FailureKind, message: string, worker: string): Promise<void> {
    try {
      await ledger.submit({ type: 'lose-attempt', lease, kind, message, worker });
    } catch (error) {
      // Settled meanwhile by a result, a cancel or a newer attempt: exactly what a stale message should find.
      logger.debug({ err: error, lease }, 'a lost attempt was settled already');
    }
  }

  function onHeartbeat(session: Session, heartbeat: Heartbeat): void {
    session.outboxRecords = heartbeat.outboxRecords;
    // One that was written before the order arrived does not take it back.
    session.draining ||= heartbeat.draining;
    const running = new Set<string>();
    for (const { lease: wire, progress } of heartbeat.running) {
      const lease = leaseOf(wire);
      if (!lease) continue;
      running.add(lease.leaseId);
      book.hear(lease, now(), progress ? progressOf(progress) : undefined);
    }
    session.stops.heard(running);
    if (running.size > 0) deps.onProgress();
    dispatcher.heard(session);
  }

  async function onStarted(session: Session, lease: LeaseRef): Promise<void> {
    try {
      await ledger.submit({ type: 'start-trial', lease });
    } catch (error) {
      if (!(error instanceof TickworkError)) throw error;
      if (error.retryable || isOver(lease)) return;
      logger.info({ code: error.code, lease }, 'refused a start');
      stopTrial(session, lease, error.message);
    }
  }

  function onEnded(session: Session, lease: LeaseRef, durationMs: number): void {
    book.end(lease);
    session.slotUse.finish(lease.leaseId, now());
    session.trialMs = withDuration(session.trialMs, durationMs);
    dispatcher.heard(session);
  }

  /** The attempt has had its last word, which was faster than its first. */
  function isOver({ sweepId, cell, attempt }: LeaseRef): boolean {
    const sweep = ledger.state.sweeps.get(sweepId);
    const trial = sweep && trialOf(sweep, cell);
    return trial !== undefined && trial.state !== 'cancelled' && isFinished(trial) && trial.attempt === attempt;
  }

  /** @returns what still has to become durable. */
  function onMessage(session: Session, message: WorkerMessage): Promise<void> | undefined {
    session.lastHeardAt = now();
    switch (message.message) {
      case 'heartbeat':
        if (message.heartbeat) onHeartbeat(session, message.heartbeat);
        return;
      case 'started': {
        const lease = leaseOf(message.started?.lease);
        if (lease) session.slotUse.begin(lease.leaseId, now());
        return lease && onStarted(session, lease);
      }
      case 'ended': {
        const lease = leaseOf(message.ended?.lease);
        if (lease) onEnded(session, lease, message.ended?.durationMs ?? 0);
        return;
      }
      case 'released': {
        const lease = leaseOf(message.released?.lease);
        if (!lease || !message.released) return;
        session.stops.answered(lease.leaseId);
        // It waited for a slot in vain: whatever the trials before took, they are not short.
        const given = book.get(lease.sweepId, lease.cell);
        if (given?.leaseId === lease.leaseId && !given.started) session.trialMs = undefined;
        const { kind, message: why } = message.released;
        return lose(lease, failureKindCodec.decode(kind) ?? 'infrastructure', why, session.worker).then(() =>
          dispatcher.heard(session),
        );
      }
      case 'unreceipted': {
        const ids = message.unreceipted?.recordIds ?? [];
        return deps.answerUnreceipted(ids).then((answers) => deps.sendReceipts(session, answers));
      }
      // A second Hello, or a message of a newer protocol that passed the version check: nothing to act on.
      case 'hello':
      case undefined:
        return;
    }
  }

  return (connection) => {
    let session: Session | undefined;
    const underWay = new Set<Promise<void>>();

    function inBackground(work: Promise<void> | undefined): Promise<void> | undefined {
      if (!work) return;
      const done = work.catch(connection.end).finally(() => underWay.delete(done));
      underWay.add(done);
      return underWay.size > MAX_UNDER_WAY ? Promise.race(underWay) : undefined;
    }

    return {
      onMessage(message) {
        if (session) return inBackground(onMessage(session, message));
        if (!message.hello) throw invalidHello('hello', 'Expected the first message of a worker to be Hello.');
        session = begin(connection, message.hello);
        return inBackground(adopt(session));
      },
      onClosed() {
        if (!session) return;
        registry.disconnect(session);
        // It has taken its leave.
        const current = registry.get(session.worker)?.session === session;
        if (current && session.draining && book.ofWorker(session.worker).length === 0) registry.forget(session.worker);
        logger.info({ worker: session.worker }, 'a worker has disconnected');
      },
    };
  };
}
