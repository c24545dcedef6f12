import { type ClientDuplexStream, credentials, type StatusObject } from '@grpc/grpc-js';
import { connect, type NatsConnection } from 'nats';
import type { Assignment__Output as Assignment } from '../../proto/generated/tickwork/v1/Assignment.ts';
import type { CoordinatorMessage__Output as CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import type { Lease__Output as Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import type { StopTrial__Output as StopTrial } from '../../proto/generated/tickwork/v1/StopTrial.ts';
import type { Welcome__Output as Welcome } from '../../proto/generated/tickwork/v1/Welcome.ts';
import type { WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { loadTickworkProto } from '../../proto/load.ts';
import { PROTOCOL_VERSION } from '../../proto/protocol-version.ts';
import { encodeRecord, recordId, type TrialRecord } from '../../proto/records.ts';
import { parseSweepName } from '../../proto/resource-names.ts';
import { decodeStatusDetails, STATUS_DETAILS_KEY } from '../../proto/status-details.ts';
import { natsNames } from '../../proto/subjects.ts';
import { eventually } from './eventually.ts';

/** A worker that says what the test tells it to, over a real stream; nothing is answered or repeated by itself. */
export interface PlayedWorker extends AsyncDisposable {
  readonly welcome: Promise<Welcome>;
  /** Everything the coordinator has said on this stream. */
  readonly received: readonly CoordinatorMessage[];
  /** The n-th assignment (from 0); waits for it. */
  assignment(n: number): Promise<Assignment & { readonly lease: Lease }>;
  /** Waits for an order to stop this lease. */
  stopOrder(lease: Lease): Promise<StopTrial>;
  /** Waits for the receipt of a record. @returns its disposition. */
  receipt(recordId: string): Promise<string>;
  send(message: WorkerMessage): void;
  /** Says that these leases run. */
  heartbeat(...leases: readonly Lease[]): void;
  /** How the stream ended, and the code of the rich details. */
  readonly ended: Promise<StatusObject & { readonly errorCode: string | undefined }>;
  /** Says that it has nothing more to say, as an orderly shutdown does. */
  finish(): void;
  /** Cuts the stream, as a crash does. */
  drop(): void;
}

let pid = 1000;

/** Opens a stream to a coordinator. @param hello what differs from a plain worker with one slot. */
export function connectPlayedWorker(address: string, hello: Hello = {}): PlayedWorker {
  const { WorkerService } = loadTickworkProto();
  const client = new WorkerService(address, credentials.createInsecure());
  const call: ClientDuplexStream<WorkerMessage, CoordinatorMessage> = client.work();
  const received: CoordinatorMessage[] = [];
  call.on('data', (message: CoordinatorMessage) => received.push(message));
  call.on('error', () => undefined);
  const ended = new Promise<StatusObject & { errorCode: string | undefined }>((resolve) => {
    call.on('status', (reply: StatusObject) => {
      const [bytes] = reply.metadata.get(STATUS_DETAILS_KEY);
      const errorCode = bytes instanceof Uint8Array ? decodeStatusDetails(bytes)?.code : undefined;
      resolve({ ...reply, errorCode });
    });
  });
  call.write({
    hello: {
      worker: 'w1',
      protocolVersion: PROTOCOL_VERSION,
      softwareVersion: 'scripted',
      slots: 1,
      host: 'here',
      pid: pid++,
      ...hello,
    },
  });

  const find = <T>(what: string, pick: (message: CoordinatorMessage) => T | null | undefined | false): Promise<T> =>
    eventually(what, () => {
      for (const message of received) {
        const picked = pick(message);
        if (picked !== null && picked !== undefined && picked !== false) return picked;
      }
      return undefined;
    });

  let sequence = 0;
  return {
    get welcome() {
      return find('a Welcome', (message) => message.welcome);
    },
    received,
    assignment: (n) =>
      eventually(`assignment ${n}`, () => {
        const assignment = received.flatMap((message) => message.assignment ?? [])[n];
        return assignment as (Assignment & { lease: Lease }) | undefined;
      }),
    stopOrder: (lease) =>
      find(`an order to stop cell ${lease.cell}`, ({ stop }) => stop?.lease?.leaseId === lease.leaseId && stop),
    receipt: (id) =>
      find(`the receipt of ${id}`, ({ receipts }) => receipts?.receipts.find((receipt) => receipt.recordId === id)?.disposition),
    send: (message) => void call.write(message),
    heartbeat: (...leases) =>
      void call.write({ heartbeat: { sequence: ++sequence, running: leases.map((lease) => ({ lease })), outboxRecords: 0 } }),
    ended,
    finish: () => void call.end(),
    drop: () => {
      call.cancel();
    },
    async [Symbol.asyncDispose]() {
      call.cancel();
      client.close();
    },
  };
}

/** A worker's way to JetStream. */
export interface RecordPublisher extends AsyncDisposable {
  /** @returns the record's id. */
  publish(record: TrialRecord): Promise<string>;
  /** Any bytes at all, without an id. */
  publishBytes(bytes: Uint8Array): Promise<void>;
}

export async function connectPublisher(servers: string, namespace: string, worker = 'w1'): Promise<RecordPublisher> {
  const connection: NatsConnection = await connect({ servers });
  const subject = natsNames(namespace).recordSubject(worker);
  return {
    async publish(record) {
      const id = recordId(record);
      await connection.jetstream().publish(subject, encodeRecord(record));
      return id;
    },
    async publishBytes(bytes) {
      await connection.jetstream().publish(subject, bytes);
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

type Outcome<Kind extends TrialRecord['kind']> = Partial<Omit<Extract<TrialRecord, { kind: Kind }>, 'kind'>>;

const keyOf = (lease: Lease, worker: string) => {
  const sweepId = parseSweepName(lease.sweep) as string;
  return { sweepId, cell: lease.cell, attempt: lease.attempt, leaseId: lease.leaseId, epoch: lease.epoch, worker };
};

/** The result that a worker would send for this lease. */
export function resultOf(lease: Lease, changes: Outcome<'result'> = {}): TrialRecord {
  const metrics = { testError: 10 + lease.cell };
  const said = { durationMs: 5, endedAt: 1, provenance: { executor: 'scripted' } };
  return { kind: 'result', ...keyOf(lease, 'w1'), ...said, metrics, ...changes };
}

export function failureOf(lease: Lease, changes: Outcome<'failure'> = {}): TrialRecord {
  const said = { durationMs: 5, endedAt: 1, failure: 'infrastructure' as const, message: 'it broke' };
  return { kind: 'failure', ...keyOf(lease, 'w1'), ...said, ...changes };
}

export function reportOf(lease: Lease, trainEpoch: number, metrics: Record<string, number>): TrialRecord {
  return { kind: 'report', ...keyOf(lease, 'w1'), trainEpoch, metrics };
}
