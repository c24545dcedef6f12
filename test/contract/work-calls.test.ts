import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import type { WorkConnection } from '../../coordinator/sessions/work-connection.ts';
import { TickworkError } from '../../core/errors.ts';
import type { CoordinatorMessage__Output as CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { decodeStatusDetails, STATUS_DETAILS_KEY } from '../../proto/status-details.ts';
import { deferred } from '../../runtime/deferred.ts';
import type { WorkCall } from '../../worker/coordinator-stream/work-call.ts';
import { eventually } from '../support/eventually.ts';
import { grpcAdapter, simulatedAdapter, type WorkBench } from './work-calls-adapters.ts';

const beat = (sequence: number) => ({ heartbeat: { sequence, running: [], outboxRecords: 0, draining: false } });

describe.each([grpcAdapter, simulatedAdapter])('calls of WorkerService.Work: $name', ({ create }) => {
  let bench: WorkBench;
  const heard: WorkerMessage[] = [];
  const read: CoordinatorMessage[] = [];
  let connection: WorkConnection | undefined;
  /** Of the last call; an earlier one may still be told of its end. */
  let ends = { closed: 0 };
  afterEach(() => bench[Symbol.asyncDispose]());

  /** One call, with what the coordinator's side makes of each message. */
  async function open(onMessage: (message: WorkerMessage) => void | Promise<void> = () => {}): Promise<WorkCall> {
    heard.length = read.length = 0;
    const mine = { closed: 0 };
    ends = mine;
    connection = undefined;
    bench = await create((accepted) => {
      connection = accepted;
      return {
        onMessage(message) {
          heard.push(message);
          return onMessage(message);
        },
        onClosed: () => void mine.closed++,
      };
    });
    return bench.calls.open({ onMessage: (message) => void read.push(message), onCongested() {} });
  }
  const sequences = (): number[] => heard.map(({ heartbeat }) => heartbeat?.sequence ?? -1);

  test('messages arrive in order, whole, and as the generated types say', async () => {
    const call = await open(
      (message) => void connection?.send({ welcome: { epoch: message.heartbeat?.sequence ?? 0 } }),
    );
    for (let n = 1; n <= 20; n++) expect(call.send(beat(n))).toBe(true);
    await eventually('all answers', () => (read.length === 20 ? true : undefined));
    expect(sequences()).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(read[4]).toEqual({
      message: 'welcome',
      welcome: {
        epoch: 5,
        heartbeatIntervalMs: 0,
        leaseDurationMs: 0,
        natsServers: [],
        natsNamespace: '',
        coordinatorVersion: '',
      },
    });
  });

  test('the next message waits for what the coordinator makes of the last', async () => {
    const first = deferred<void>();
    const call = await open(({ heartbeat }) => (heartbeat?.sequence === 1 ? first.promise : undefined));
    call.send(beat(1));
    call.send(beat(2));
    await eventually('the first message', () => (heard.length > 0 ? true : undefined));
    expect(sequences()).toEqual([1]);
    first.resolve();
    await eventually('the second message', () => (heard.length === 2 ? true : undefined));
  });

  test('a refusal ends the call with its code', async () => {
    const call = await open(() => {
      throw new TickworkError('WORKER_DUPLICATE', 'Expected another name.');
    });
    call.send(beat(1));
    const { code, details, metadata } = await call.ended;
    expect([code, details]).toEqual([status.ALREADY_EXISTS, 'Expected another name.']);
    expect(decodeStatusDetails(metadata.get(STATUS_DETAILS_KEY)[0] as Buffer)?.code).toBe('WORKER_DUPLICATE');
    expect(call.send(beat(2))).toBe(false);
    expect(ends.closed).toBe(1);
    expect(connection?.send({ drain: {} })).toBe(false);
  });

  test('the coordinator ends it in order, after what it has said', async () => {
    const call = await open(() => {
      connection?.send({ drain: {} });
      connection?.end();
    });
    call.send(beat(1));
    expect((await call.ended).code).toBe(status.OK);
    expect(read.map(({ message }) => message)).toEqual(['drain']);
  });

  test('the worker says that it has finished', async () => {
    const call = await open();
    call.send(beat(1));
    call.finish();
    expect(call.send(beat(2))).toBe(false);
    expect((await call.ended).code).toBe(status.OK);
    expect([sequences(), ends.closed]).toEqual([[1], 1]);
  });

  test('the worker cancels', async () => {
    const call = await open();
    call.send(beat(1));
    await eventually('the first message', () => (heard.length > 0 ? true : undefined));
    call.cancel();
    expect((await call.ended).code).toBe(status.CANCELLED);
    await eventually('the end at the coordinator', () => (ends.closed === 1 ? true : undefined));
    expect(connection?.open).toBe(false);
  });

  test('a coordinator that dies, or is not there, is unavailable', async () => {
    const call = await open();
    call.send(beat(1));
    await eventually('the first message', () => (heard.length > 0 ? true : undefined));
    bench.killCoordinator();
    expect([status.UNAVAILABLE, status.CANCELLED]).toContain((await call.ended).code);
    const later = bench.calls.open({ onMessage() {}, onCongested() {} });
    later.send(beat(1));
    expect((await later.ended).code).toBe(status.UNAVAILABLE);
  });
});
