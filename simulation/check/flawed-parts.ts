import type { IngestionDeps } from '../../coordinator/ingestion/ingest.ts';
import type { Ledger } from '../../coordinator/ledger/ledger.ts';
import type { EventLog, RecordStream, ResultStore, StoreBatch } from '../../coordinator/ports.ts';
import type { CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { WorkCalls } from '../../worker/coordinator-stream/work-call.ts';
import type { Outbox } from '../../worker/outbox/outbox.ts';
import type { NatsSession } from '../../worker/publisher/nats-link.ts';
import type { Process } from '../time/process.ts';
import type { Flaws } from './planted-bugs.ts';

/** The product's parts between which a planted bug sits. Without flaws each comes back as it was given. */

export function flawedTableAndLog(
  flaws: Flaws,
  store: ResultStore,
  log: EventLog,
): { store: ResultStore; log: EventLog } {
  let held: StoreBatch | undefined;
  return {
    store: {
      ...store,
      async commit(batch) {
        if (flaws.eventBeforeRow && batch.results.length > 0) held = batch;
        else await store.commit(flawedBatch(flaws, batch));
      },
    },
    log: {
      replay: (after) => log.replay(after),
      async append(events) {
        await log.append(events);
        if (held) await store.commit(held);
        held = undefined;
      },
      confirm: async () => (flaws.strangersSetAside ? undefined : log.confirm()),
      batchId: (sequence) => log.batchId(sequence),
      get lastSequence() {
        return log.lastSequence;
      },
      close: () => log.close(),
    },
  };
}

function flawedBatch(flaws: Flaws, batch: StoreBatch): StoreBatch {
  const rounded = ({ record, ...row }: StoreBatch['results'][number]) => {
    const metrics = Object.entries(record.metrics).map(([name, value]) => [name, Number(value.toFixed(2))] as const);
    return { ...row, record: { ...record, metrics: Object.fromEntries(metrics) } };
  };
  return {
    ...batch,
    ...(flaws.valueRounded ? { results: batch.results.map(rounded) } : {}),
    ...(flaws.pointsDropped ? { reports: [] } : {}),
    ...(flaws.supersededDropped ? { setAside: [] } : {}),
  };
}

export function flawedIngestion(flaws: Flaws, deps: IngestionDeps): IngestionDeps {
  if (flaws.ackBeforeCommit) return { ...deps, records: acknowledgedAtOnce(deps.records) };
  if (!flaws.receiptBeforeCommit) return deps;
  return {
    ...deps,
    onReceived(batch) {
      deps.onReceived(batch);
      for (const item of batch) {
        if ('record' in item) deps.receipt(item.record.worker, [{ recordId: item.id, disposition: 'committed' }]);
      }
    },
  };
}

function acknowledgedAtOnce(records: RecordStream): RecordStream {
  return {
    async *deliveries(options) {
      for await (const batch of records.deliveries(options)) {
        for (const item of batch) void item.ack();
        yield batch;
      }
    },
    backlog: () => records.backlog(),
    close: () => records.close(),
  };
}

export function flawedLedger(flaws: Flaws, ledger: Ledger): Ledger {
  if (!flaws.requeueLost && !flaws.missingLeaseKept) return ledger;
  const isSwallowed = (message: string): boolean => flaws.requeueLost || message.endsWith('came back without it');
  return {
    ...ledger,
    get state() {
      return ledger.state;
    },
    submit: (command, options) =>
      command.type === 'lose-attempt' && isSwallowed(command.message)
        ? Promise.resolve({ ok: true, events: [] })
        : ledger.submit(command, options),
  };
}

/** @param workersNow the clock of the worker that was heard last. */
export function flawedClock(flaws: Flaws, clock: Clock, workersNow: () => number | undefined): Clock {
  if (!flaws.leaseByWorkersClock) return clock;
  return { now: () => workersNow() ?? clock.now(), sleep: clock.sleep };
}

export function flawedCalls(flaws: Flaws, calls: WorkCalls, outbox: Outbox): WorkCalls {
  let highest = 0;
  let met: number | undefined;
  return {
    ...calls,
    open(listener) {
      const call = calls.open({
        ...listener,
        onMessage(message) {
          const { welcome } = message;
          if (flaws.forgetOnNewLeader && welcome) {
            if (met !== undefined && welcome.epoch > met) outbox.forget(outbox.ids());
            met = welcome.epoch;
          }
          if (!welcome || !flaws.epochNotCompared) return listener.onMessage(message);
          highest = Math.max(highest, welcome.epoch);
          listener.onMessage({ ...message, welcome: { ...welcome, epoch: highest } });
        },
      });
      return {
        ...call,
        send(message) {
          if (flaws.reconcileSkipped && message.unreceipted) return true;
          return call.send(message);
        },
      };
    },
  };
}

export function flawedSession(flaws: Flaws, session: NatsSession, outbox: Outbox): NatsSession {
  const { publish } = session.jetstream();
  return {
    ...session,
    jetstream: () => ({
      async publish(subject, payload, options) {
        const msgID = flaws.messageIdTooShort ? options.msgID.replace(/\.[^.]*$/, '') : options.msgID;
        const answer = await publish(subject, payload, { ...options, msgID });
        if (flaws.forgetOnPubAck) outbox.forget([options.msgID]);
        return answer;
      },
    }),
  };
}

/** Keeps each worker's last assignment and sends it to the next worker that is given one, besides its own. */
export function assignmentsTwice(
  flaws: Flaws,
): (worker: Process, message: CoordinatorMessage) => readonly CoordinatorMessage[] {
  let last: { readonly worker: string; readonly message: CoordinatorMessage } | undefined;
  return (worker, message) => {
    if (!flaws.assignmentTwice || !message.assignment) return [message];
    const before = last;
    last = { worker: worker.machine.name, message };
    return before && before.worker !== worker.machine.name ? [before.message, message] : [message];
  };
}
