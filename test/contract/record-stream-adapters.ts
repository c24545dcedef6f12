import { createMemoryRecordStream } from '../../coordinator/adapters/memory/record-stream.ts';
import type { NatsLink } from '../../coordinator/adapters/nats/connection.ts';
import { createNatsRecordOutlet } from '../../coordinator/adapters/nats/record-outlet.ts';
import { openNatsRecordStream } from '../../coordinator/adapters/nats/record-stream.ts';
import type { Delivery, Malformed, RecordOutlet, RecordStream } from '../../coordinator/ports.ts';
import { encodeRecord, recordId, type TrialRecord } from '../../proto/records.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { openSimulatedRecordStream } from '../../simulation/nats/record-stream.ts';
import { connectWorker } from '../../simulation/nats/worker-session.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { startSimulatedNats } from '../support/simulated-nats.ts';
import { connectTo, NAMES } from './event-log-adapters.ts';

export interface RecordStreamBench extends AsyncDisposable {
  readonly stream: RecordStream;
  /** Where the adapter has one. */
  readonly outlet?: RecordOutlet;
  /** @param id Nats-Msg-Id */
  publish(bytes: Uint8Array, id?: string): Promise<void>;
  /** Resolves when what is unacknowledged is, or will soon be, delivered again. */
  redeliver(): Promise<void>;
}

export interface RecordStreamAdapter {
  readonly name: string;
  create(): Promise<RecordStreamBench>;
}

export const memoryAdapter: RecordStreamAdapter = {
  name: 'memory',
  async create() {
    const stream = createMemoryRecordStream();
    return {
      stream,
      outlet: stream,
      publish: async (bytes, id) => stream.publish(bytes, id),
      redeliver: async () => stream.redeliver(),
      [Symbol.asyncDispose]: () => stream.close(),
    };
  },
};

export const simulatedAdapter: RecordStreamAdapter = {
  name: 'simulation',
  async create() {
    const nats = startSimulatedNats();
    const { link, process } = await nats.connect();
    const stream = await openSimulatedRecordStream(link, process, TABLE);
    const session = await connectWorker(nats.site.network, nats.process('worker'));
    let unnamed = 0;
    return {
      stream,
      async publish(bytes, id = `unnamed-${++unnamed}`) {
        await session.jetstream().publish('', bytes, { msgID: id, timeout: 5_000 });
      },
      redeliver: async () => nats.site.streams.reclaim(TABLE),
      async [Symbol.asyncDispose]() {
        await stream.close();
        await nats[Symbol.asyncDispose]();
      },
    };
  },
};

export const jetStreamAdapter: RecordStreamAdapter = {
  name: 'JetStream',
  async create() {
    const server = await startNatsServer();
    const link = await connectTo(server);
    // Short, so that redelivery does not take long.
    const stream = await openStream(link, 1_000);
    return {
      stream,
      outlet: createNatsRecordOutlet({ link, names: NAMES }),
      publish: (bytes, id) => publish(link, bytes, id),
      redeliver: async () => {},
      async [Symbol.asyncDispose]() {
        await stream.close();
        await link.close();
        await server[Symbol.asyncDispose]();
      },
    };
  },
};

/** Of the coordinator whose table the records are for. */
export const TABLE = 'table-1';

export function openStream(link: NatsLink, ackWaitMs?: number): Promise<RecordStream> {
  return openNatsRecordStream({
    link,
    names: NAMES,
    tableId: TABLE,
    clock: systemClock,
    random: Math.random,
    logger: createLogger('test', 'silent'),
    ...(ackWaitMs === undefined ? {} : { ackWaitMs }),
  });
}

export async function publish(link: NatsLink, bytes: Uint8Array, id?: string): Promise<void> {
  await link.jetStream.publish(NAMES.recordSubject('worker-1'), bytes, id === undefined ? {} : { msgID: id });
}

export function report(cell: number, trainEpoch = 1): TrialRecord {
  const key = { sweepId: 's1', cell, attempt: 1, leaseId: `l${cell}`, epoch: 1, worker: 'worker-1' };
  return { kind: 'report', ...key, trainEpoch, metrics: { trainLoss: 1 / trainEpoch } };
}

export const publishRecord = (bench: Pick<RecordStreamBench, 'publish'>, record: TrialRecord): Promise<void> =>
  bench.publish(encodeRecord(record), recordId(record));

/** Takes deliveries until `enough` of them have come, then ends the iteration. */
export async function take(
  stream: RecordStream,
  enough: (taken: readonly (Delivery | Malformed)[]) => boolean,
  { maxBatch = 100, ack = true }: { maxBatch?: number; ack?: boolean } = {},
): Promise<(readonly (Delivery | Malformed)[])[]> {
  const batches: (readonly (Delivery | Malformed)[])[] = [];
  const ended = new AbortController();
  for await (const batch of stream.deliveries({ maxBatch, signal: ended.signal })) {
    batches.push(batch);
    if (ack) await Promise.all(batch.map((delivery) => delivery.ack()));
    if (enough(batches.flat())) break;
  }
  ended.abort();
  return batches;
}
