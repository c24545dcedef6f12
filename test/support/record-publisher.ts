import { connect } from 'nats';
import type { Lease__Output as Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import { encodeRecord, recordId, type TrialRecord } from '../../proto/records.ts';
import { natsNames } from '../../proto/subjects.ts';
import type { NatsServer } from './nats-server.ts';
import { sweepIdOf } from './raw-worker.ts';

type Changes<Kind extends TrialRecord['kind']> = Partial<Extract<TrialRecord, { kind: Kind }>>;

/** Puts records on the record stream, as workers do. */
export interface RecordPublisher extends AsyncDisposable {
  result(lease: Lease, changes?: Changes<'result'>): Promise<string>;
  failure(lease: Lease, changes?: Changes<'failure'>): Promise<string>;
  report(lease: Lease, changes?: Changes<'report'>): Promise<string>;
  /** Without a message id: NATS drops no repeat of it. @returns the record's id. */
  publish(record: TrialRecord): Promise<string>;
  bytes(bytes: Uint8Array): Promise<void>;
}

export async function connectPublisher(
  nats: NatsServer,
  worker = 'scripted',
  namespace = 'test',
): Promise<RecordPublisher> {
  const connection = await connect({ servers: nats.url });
  const jetStream = connection.jetstream();
  const names = natsNames(namespace);
  const subject = names.recordSubject(worker);
  const keyOf = (lease: Lease) => ({
    sweepId: sweepIdOf(lease),
    cell: lease.cell,
    attempt: lease.attempt,
    leaseId: lease.leaseId,
    epoch: lease.epoch,
    worker,
  });
  const times = { durationMs: 5, endedAt: 0 };
  const publisher: RecordPublisher = {
    async publish(record) {
      await jetStream.publish(subject, encodeRecord(record));
      return recordId(record);
    },
    result: (lease, changes = {}) =>
      publisher.publish({
        kind: 'result',
        ...keyOf(lease),
        metrics: { testError: 10 + lease.cell },
        provenance: { executor: 'scripted' },
        ...times,
        ...changes,
      }),
    failure: (lease, changes = {}) =>
      publisher.publish({
        kind: 'failure',
        ...keyOf(lease),
        failure: 'infrastructure',
        message: 'broken',
        ...times,
        ...changes,
      }),
    report: (lease, changes = {}) =>
      publisher.publish({ kind: 'report', ...keyOf(lease), trainEpoch: 1, metrics: { trainLoss: 0.5 }, ...changes }),
    async bytes(bytes) {
      await jetStream.publish(subject, bytes);
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
  return publisher;
}
