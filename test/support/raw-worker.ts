import { type ClientDuplexStream, credentials, type StatusObject, status } from '@grpc/grpc-js';
import type { Assignment__Output as Assignment } from '../../proto/generated/tickwork/v1/Assignment.ts';
import type { CoordinatorMessage__Output as CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import type { Lease__Output as Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import type { WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { loadTickworkProto } from '../../proto/load.ts';
import { PROTOCOL_VERSION } from '../../proto/protocol-version.ts';
import { parseSweepName } from '../../proto/resource-names.ts';
import { decodeStatusDetails, STATUS_DETAILS_KEY, type StatusDetails } from '../../proto/status-details.ts';
import { messagesOf } from '../../proto/work-batches.ts';
import { eventually } from './eventually.ts';

/** A worker that says what the test tells it to: the real agent is too polite for most of what can go wrong. */
export interface RawWorker extends AsyncDisposable {
  readonly received: readonly CoordinatorMessage[];
  send(message: WorkerMessage): void;
  /** One heartbeat that names these leases. */
  beat(...running: readonly Lease[]): void;
  /** Heartbeats every 50 ms that name what `running` returns, until the stream ends. */
  keepBeating(running: () => readonly Lease[]): void;
  /** The first message, past or future, that `pick` gives something for. */
  expect<T>(what: string, pick: (message: CoordinatorMessage) => T | null | undefined): Promise<T>;
  /** The n-th assignment, from 0. */
  assignment(n: number): Promise<Assignment & { readonly lease: Lease }>;
  readonly assignments: readonly (Assignment & { readonly lease: Lease })[];
  /** Orders to stop, by lease id. */
  readonly stopped: readonly string[];
  receipt(recordId: string): Promise<string>;
  /** How the stream ended. */
  readonly ended: Promise<{
    readonly code: number;
    readonly name: string;
    readonly message: string;
    readonly details?: StatusDetails;
  }>;
  /** Says that nothing more will come. */
  finish(): void;
  /** Cuts the stream. */
  drop(): void;
}

export function startRawWorker(address: string, hello: Partial<Hello> | 'none' = {}): RawWorker {
  const { WorkerService } = loadTickworkProto();
  const client = new WorkerService(address, credentials.createInsecure());
  const call: ClientDuplexStream<WorkerMessage, CoordinatorMessage> = client.work();
  const received: CoordinatorMessage[] = [];
  let over = false;
  call.on('data', (message: CoordinatorMessage) => received.push(...messagesOf(message)));
  call.on('error', () => undefined);
  const ended = new Promise<Awaited<RawWorker['ended']>>((resolve) => {
    call.on('status', (reply: StatusObject) => {
      over = true;
      const [bytes] = reply.metadata.get(STATUS_DETAILS_KEY);
      const details = bytes instanceof Uint8Array ? decodeStatusDetails(bytes) : undefined;
      resolve({
        code: reply.code,
        name: status[reply.code] as string,
        message: reply.details,
        ...(details ? { details } : {}),
      });
    });
  });
  const worker: RawWorker = {
    received,
    send: (message) => void (over || call.write(message)),
    beat: (...running) =>
      worker.send({
        heartbeat: { sequence: 1, running: running.map((lease) => ({ lease })), outboxRecords: 0, draining: false },
      }),
    keepBeating(running) {
      const timer = setInterval(() => (over ? clearInterval(timer) : worker.beat(...running())), 50);
      void ended.then(() => clearInterval(timer));
    },
    expect: (what, pick) =>
      eventually(what, () => {
        for (const message of received) {
          const picked = pick(message);
          if (picked !== null && picked !== undefined) return picked;
        }
        return undefined;
      }),
    assignment: (n) => eventually(`assignment ${n}`, () => worker.assignments[n]),
    get assignments() {
      return received.flatMap(({ assignment }) => (assignment ? [assignment as Assignment & { lease: Lease }] : []));
    },
    get stopped() {
      return received.flatMap(({ stop }) => (stop?.lease ? [stop.lease.leaseId] : []));
    },
    receipt: (recordId) =>
      worker.expect(
        `a receipt for ${recordId}`,
        ({ receipts }) => receipts?.receipts.find((r) => r.recordId === recordId)?.disposition as string | undefined,
      ),
    ended,
    finish: () => call.end(),
    drop: () => call.cancel(),
    async [Symbol.asyncDispose]() {
      call.cancel();
      await ended;
      client.close();
    },
  };
  if (hello !== 'none') worker.send({ hello: helloOf(hello) });
  return worker;
}

let pid = 100_000;

function helloOf(changes: Partial<Hello>): Hello {
  return {
    worker: 'scripted',
    protocolVersion: PROTOCOL_VERSION,
    softwareVersion: 'test',
    slots: 1,
    host: 'test',
    // Another process each time.
    pid: pid++,
    ...changes,
  };
}

export function sweepIdOf(lease: Lease): string {
  return parseSweepName(lease.sweep) as string;
}
