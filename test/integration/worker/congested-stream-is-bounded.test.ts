import { credentials, Server, ServerCredentials, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import type { CoordinatorMessage } from '../../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { loadTickworkProto } from '../../../proto/load.ts';
import { messagesOf } from '../../../proto/work-batches.ts';
import { createLifecycle } from '../../../runtime/lifecycle.ts';
import { createWorkCall } from '../../../worker/coordinator-stream/work-call.ts';
import { eventually } from '../../support/eventually.ts';

/** A call to a real server that reads nothing before `read()`. */
async function startCall() {
  const lifecycle = createLifecycle();
  const { WorkerService } = loadTickworkProto();
  const server = new Server();
  lifecycle.add('server', () => server.forceShutdown());
  let peer: ServerDuplexStream<WorkerMessage, CoordinatorMessage> | undefined;
  server.addService(WorkerService.service, {
    Work(call: NonNullable<typeof peer>) {
      call.on('error', () => undefined);
      peer = call;
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const client = new WorkerService(`127.0.0.1:${port}`, credentials.createInsecure());
  lifecycle.add('client', () => client.close());
  const congestion: boolean[] = [];
  const call = createWorkCall(client.work(), {
    onMessage: () => undefined,
    onCongested: (congested) => congestion.push(congested),
  });
  const read: WorkerMessage[] = [];
  return {
    call,
    congestion,
    read,
    async startReading(): Promise<void> {
      (await eventually('the call', () => peer)).on('data', (message: WorkerMessage) =>
        read.push(...messagesOf(message)),
      );
    },
    [Symbol.asyncDispose]: lifecycle.release,
  };
}

const COUNT = 1_000;

/** Large enough that a thousand fill the windows of HTTP/2. */
const message = (n: number) => ({ unreceipted: { recordIds: [String(n), 'x'.repeat(2_000)] } });

describe('a stream whose peer does not read', () => {
  test('says so, and delivers everything in order once the peer reads', async () => {
    await using setup = await startCall();
    for (let n = 0; n < COUNT; n++) expect(setup.call.send(message(n))).toBe(true);
    await eventually('congestion', () => setup.congestion.at(-1));
    await setup.startReading();
    await eventually('all messages', () => setup.read.length === COUNT || undefined);
    expect(setup.read.map(({ unreceipted }) => Number(unreceipted?.recordIds[0]))).toEqual([...Array(COUNT).keys()]);
    await eventually('the end of the congestion', () => setup.congestion.at(-1) === false || undefined);
  });

  test('is dropped before it holds more than a bounded number of messages', async () => {
    await using setup = await startCall();
    for (let n = 0; n < 5_000; n++) setup.call.send(message(n));
    expect((await setup.call.ended).code).toBe(status.CANCELLED);
    expect(setup.call.send(message(0))).toBe(false);
  });
});
