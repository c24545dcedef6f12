import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { assignment, lease, receipts, startWorkerHarness, type WorkerHarness } from '../../support/worker-harness.ts';

const RESULT = 'grid-1.4.1.result';

const openGate = (harness: WorkerHarness): Promise<void> => writeFile(join(harness.folder, 'gate'), '');

describe('a trial goes on', () => {
  test('when the stream is cut; the next Hello names its lease', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker();
    const first = await harness.coordinator.connection(0);
    first.send(assignment(4, 'untilGateOpens'));
    await worker.event('trial:started');
    first.drop();

    const second = await harness.coordinator.connection(1);
    expect(second.hello.inFlight).toEqual([lease(4)]);
    expect((await second.expect('TrialStarted again', (message) => message.started)).lease).toEqual(lease(4));
    await openGate(harness);
    await harness.record(RESULT);
    expect(worker.events.filter(({ type }) => type === 'trial:assigned')).toHaveLength(1);
  });

  test('while there is no coordinator; its result is published meanwhile and its lease kept for the receipt', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker();
    const first = await harness.coordinator.connection(0);
    first.send(assignment(4, 'untilGateOpens'));
    await worker.event('trial:started');
    harness.coordinator.stop();
    await worker.event('stream:lost');
    await openGate(harness);
    await harness.record(RESULT);

    harness.coordinator.welcome = { ...harness.coordinator.welcome, epoch: 8 };
    await harness.coordinator.start();
    const second = await harness.coordinator.connection(1);
    expect(second.hello.inFlight).toEqual([lease(4)]);
    const told = await second.expect('UnreceiptedRecords', (message) => message.unreceipted);
    expect(told.recordIds).toContain(RESULT);
    second.send(receipts(...told.recordIds));
    await second.expect('an idle heartbeat', ({ heartbeat }) =>
      heartbeat?.outboxRecords === 0 && heartbeat.running.length === 0 ? heartbeat : undefined,
    );
  });

  test('while NATS is down from the beginning; the outbox holds its records until NATS is there', async () => {
    await using harness = await startWorkerHarness();
    await harness.nats.kill();
    const worker = harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    expect(await worker.event('nats:unreachable')).toMatchObject({ servers: [harness.nats.url] });
    stream.send(assignment(4, 'succeed'));
    await worker.event('record:kept', ({ recordId }) => recordId === RESULT);
    await stream.expect('a heartbeat with the outbox', ({ heartbeat }) => heartbeat?.outboxRecords === 2 || undefined);
    await harness.nats.restart();
    expect((await harness.record(RESULT)).record).toMatchObject({ kind: 'result', cell: 4 });
  });

  test('while NATS restarts; nothing is lost and nothing is stored twice', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker({}, { timings: { publishTimeoutMs: 500 } });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(1, 'succeed'));
    await harness.record('grid-1.1.1.result');
    await harness.nats.kill();
    stream.send(assignment(2, 'succeed'));
    await worker.event('record:kept', ({ recordId }) => recordId === 'grid-1.2.1.result');
    await harness.nats.restart();
    await harness.record('grid-1.2.1.result');
    await worker.event('record:published', ({ recordId, duplicate }) => recordId === 'grid-1.1.1.result' && duplicate);
    expect((await harness.records()).map(({ id }) => id).sort()).toEqual(
      [1, 2].flatMap((cell) => [`grid-1.${cell}.1.report-1`, `grid-1.${cell}.1.result`]),
    );
  });

  test('while NATS hangs; what it did not acknowledge is published again', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker({}, { timings: { publishTimeoutMs: 200 } });
    const stream = await harness.coordinator.connection(0);
    await worker.event('nats:connected');
    harness.nats.pause();
    stream.send(assignment(4, 'succeed'));
    await worker.event('nats:refused');
    harness.nats.resume();
    await worker.event('record:published', ({ recordId }) => recordId === RESULT);
    expect((await harness.records()).filter(({ id }) => id === RESULT)).toHaveLength(1);
  });
});

describe('a coordinator', () => {
  test('that has been replaced is refused by its lower epoch', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker();
    const first = await harness.coordinator.connection(0);
    harness.coordinator.welcome = { ...harness.coordinator.welcome, epoch: 6 };
    first.drop();
    const stale = await harness.coordinator.connection(1);
    expect(await worker.event('stream:stale-epoch')).toMatchObject({ epoch: 6, highest: 7 });
    await stale.ended;
    harness.coordinator.welcome = { ...harness.coordinator.welcome, epoch: 8 };
    await worker.event('stream:open', ({ epoch }) => epoch === 8);
  });

  test('that assigns under an epoch lower than its own gets the lease back', async () => {
    await using harness = await startWorkerHarness();
    harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'succeed', { epoch: 6 }));
    const released = await stream.expect('TrialReleased', (message) => message.released);
    expect(released).toMatchObject({ lease: lease(4, { epoch: 6 }), kind: 'FAILURE_KIND_INFRASTRUCTURE' });
    expect(released.message).toContain('epoch 7');
  });
});
