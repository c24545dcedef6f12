import { TickworkError } from '../../core/errors.ts';
import { trialOf } from '../../core/sweep/state.ts';
import { holds, type LeaseRef } from '../../core/trial/trial.ts';
import type { FailureKind } from '../../core/trial/states.ts';
import { failureKindCodec } from '../../proto/enums.ts';
import type { Hello__Output as Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import type { Heartbeat__Output as Heartbeat } from '../../proto/generated/tickwork/v1/Heartbeat.ts';
import type { Lease__Output as WireLease } from '../../proto/generated/tickwork/v1/Lease.ts';
import type { Welcome } from '../../proto/generated/tickwork/v1/Welcome.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { PROTOCOL_VERSION } from '../../proto/protocol-version.ts';
import { parseSweepName } from '../../proto/resource-names.ts';
import { isSubjectToken } from '../../proto/subjects.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ReceiptAnswer } from './receipts.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { LeaseBook, TrialProgress } from './lease-book.ts';
import type { SessionRegistry } from './registry.ts';
import { createSender, createSlotUse, type Session, wireLease, type WorkCall } from './session.ts';

export interface WorkServiceDeps {
  readonly ledger: Ledger;
  readonly book: LeaseBook;
  readonly registry: SessionRegistry;
  readonly dispatcher: Dispatcher;
  readonly welcome: () => Welcome;
  /** A second stream under a name is refused while the first was heard of within this time, ms. */
  readonly duplicateWindowMs: number;
  readonly answerUnreceipted: (ids: readonly string[]) => Promise<readonly ReceiptAnswer[]>;
  readonly sendReceipts: (session: Session, receipts: readonly ReceiptAnswer[]) => void;
  readonly onProgress: () => void;
  readonly now: () => number;
  readonly logger: Logger;
}

/**
 * One call of WorkerService.Work, from its first message to its end. Resolves when the worker ends it in order.
 * @throws TickworkError WORKER_VERSION, WORKER_DUPLICATE, ARGUMENT_INVALID: the stream ends with that status.
 */
export type WorkHandler = (call: WorkCall) => Promise<void>;

export function createWorkHandler(deps: WorkServiceDeps): WorkHandler {
  const { ledger, book, registry, dispatcher, now, logger } = deps;

  function open(call: WorkCall, hello: Hello): Session {
    checkHello(hello);
    const earlier = registry.get(hello.worker);
    if (earlier?.connected) {
      const { session } = earlier;
      const sameProcess = session.hello.pid === hello.pid && session.hello.host === hello.host;
      if (!sameProcess && now() - session.lastHeardAt < deps.duplicateWindowMs) {
        throw new TickworkError(
          'WORKER_DUPLICATE',
          `Expected the worker name ${hello.worker} to be free, got one that process ${session.hello.pid} on ${session.hello.host} uses. Give this worker another --name.`,
        );
      }
      session.end();
    }
    const session: Session = {
      worker: hello.worker,
      hello,
      connectedAt: now(),
      lastHeardAt: now(),
      draining: false,
      outboxRecords: 0,
      stopping: new Set(),
      granting: 0,
      slotUse: createSlotUse(hello.slots, now()),
      send: createSender(call),
      end: () => call.end(),
    };
    return session;
  }

  /** What the worker holds against what the log says it holds: adopted, stopped, or lost. */
  async function adopt(session: Session): Promise<void> {
    const named = new Set<string>();
    for (const wire of session.hello.inFlight) {
      const lease = leaseOf(wire);
      const sweep = lease && ledger.state.sweeps.get(lease.sweepId);
      if (lease && sweep && holds(trialOf(sweep, lease.cell), lease)) {
        named.add(lease.leaseId);
        book.hear(lease, now());
        session.slotUse.begin(lease.leaseId, now());
      } else if (lease) {
        session.stopping.add(lease.leaseId);
        session.send({ stop: { lease: wireLease(lease), reason: 'the lease is no longer current' } });
      }
    }
    for (const lease of book.ofWorker(session.worker)) {
      if (named.has(lease.leaseId)) continue;
      // A lease that never began was lost on its way: nobody's fault.
      const kind: FailureKind = lease.started ? 'infrastructure' : 'preempted';
      await lose(lease, kind, `the worker ${session.worker} came back without it`, session.worker);
    }
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
    session.draining = heartbeat.draining;
    const running = new Set<string>();
    for (const { lease: wire, progress } of heartbeat.running) {
      const lease = leaseOf(wire);
      if (!lease) continue;
      running.add(lease.leaseId);
      book.hear(lease, now(), progress ? progressOf(progress) : undefined);
    }
    for (const leaseId of session.stopping) if (!running.has(leaseId)) session.stopping.delete(leaseId);
    if (running.size > 0) deps.onProgress();
    dispatcher.wake();
  }

  async function onMessage(session: Session, message: WorkerMessage): Promise<void> {
    session.lastHeardAt = now();
    switch (message.message) {
      case 'heartbeat':
        return message.heartbeat ? onHeartbeat(session, message.heartbeat) : undefined;
      case 'started': {
        const lease = leaseOf(message.started?.lease);
        if (!lease) return;
        await ledger.submit({ type: 'start-trial', lease }).catch((error: unknown) => {
          if (!(error instanceof TickworkError)) throw error;
          logger.info({ code: error.code, lease }, 'refused a start');
          session.stopping.add(lease.leaseId);
          session.send({ stop: { lease: wireLease(lease), reason: error.message } });
        });
        return;
      }
      case 'released': {
        const lease = leaseOf(message.released?.lease);
        if (!lease || !message.released) return;
        session.stopping.delete(lease.leaseId);
        await lose(lease, failureKindCodec.decode(message.released.kind) ?? 'infrastructure', message.released.message, session.worker);
        return dispatcher.wake();
      }
      case 'unreceipted': {
        const answers = await deps.answerUnreceipted(message.unreceipted?.recordIds ?? []);
        return deps.sendReceipts(session, answers);
      }
      // A second Hello, or a message of a newer protocol that passed the version check: nothing to act on.
      case 'hello':
      case undefined:
        return;
    }
  }

  return async (call) => {
    let session: Session | undefined;
    try {
      for await (const message of call as AsyncIterable<WorkerMessage>) {
        if (session) {
          await onMessage(session, message);
          continue;
        }
        if (!message.hello) throw invalid('Expected the first message of a worker to be Hello.');
        session = open(call, message.hello);
        session.send({ welcome: deps.welcome() });
        await adopt(session);
        registry.connect(session);
        logger.info({ worker: session.worker, slots: session.hello.slots }, 'a worker has connected');
        dispatcher.wake();
      }
    } finally {
      if (session) {
        registry.disconnect(session);
        logger.info({ worker: session.worker }, 'a worker has disconnected');
      }
    }
  };
}

function checkHello(hello: Hello): void {
  if (hello.protocolVersion !== PROTOCOL_VERSION) {
    throw new TickworkError(
      'WORKER_VERSION',
      `Expected a worker of protocol version ${PROTOCOL_VERSION}, got ${hello.worker || 'one'} with version ${hello.protocolVersion} (software ${hello.softwareVersion || 'unknown'}). Install the coordinator's release on that machine.`,
    );
  }
  if (!isSubjectToken(hello.worker)) throw invalid(`Expected a worker name of 1 to 64 letters, digits, "_" or "-", got ${JSON.stringify(hello.worker)}.`);
  if (hello.slots < 1) throw invalid(`Expected slots to be at least 1, got ${hello.slots}.`);
}

const invalid = (message: string): TickworkError => new TickworkError('ARGUMENT_INVALID', message);

/** @returns undefined when the message names no lease, or no sweep of ours. */
function leaseOf(wire: WireLease | null | undefined): LeaseRef | undefined {
  const sweepId = wire ? parseSweepName(wire.sweep) : undefined;
  if (!wire || sweepId === undefined) return undefined;
  const { leaseId, cell, attempt, epoch } = wire;
  return { leaseId, sweepId, cell, attempt, epoch };
}

function progressOf(wire: NonNullable<Heartbeat['running'][number]['progress']>): TrialProgress {
  const { trainEpoch, trainEpochs, step, steps, phase, loss, imagesPerSecond } = wire;
  return {
    trainEpoch,
    trainEpochs,
    step,
    steps,
    phase,
    ...(loss === undefined ? {} : { loss }),
    ...(imagesPerSecond === undefined ? {} : { imagesPerSecond }),
  };
}
