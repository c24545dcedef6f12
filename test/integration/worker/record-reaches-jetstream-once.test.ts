import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeRecord, type ReportRecord, recordId } from '../../../proto/records.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { openNodeFolder } from '../../../worker/outbox/node-folder.ts';
import { openOutbox } from '../../../worker/outbox/outbox.ts';
import { eventually } from '../../support/eventually.ts';
import { assignment, lease, receipts, startWorkerHarness } from '../../support/worker-harness.ts';

const RESULT = 'grid-1.4.1.result';
const REPORT = 'grid-1.4.1.report-1';

describe('a trial', () => {
  test('leaves its report and its result in JetStream, and the outbox is empty after the receipts', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    expect(stream.hello).toMatchObject({ worker: 'w1', protocolVersion: 2, slots: 1, inFlight: [] });

    stream.send(assignment(4, 'succeed'));
    const started = await stream.expect('TrialStarted', (message) => message.started);
    expect(started.lease).toEqual(lease(4));

    const result = await harness.record(RESULT);
    expect(result.subject).toBe('test.records.w1');
    expect(result.record).toMatchObject({
      kind: 'result',
      sweepId: 'grid-1',
      cell: 4,
      attempt: 1,
      leaseId: 'lease-4',
      epoch: 7,
      worker: 'w1',
      metrics: { testError: 12.5, trainLoss: 0.25 },
      provenance: { engine: { name: 'scripted' } },
    });
    expect((await harness.record(REPORT)).record).toMatchObject({
      kind: 'report',
      trainEpoch: 1,
      metrics: { testError: 25 },
    });
    expect((await harness.records()).map(({ id }) => id).sort()).toEqual([REPORT, RESULT]);

    // JetStream has acknowledged both, which proves nothing: the lease is held and the outbox full.
    await stream.expect('a heartbeat that delivers', ({ heartbeat }) =>
      heartbeat?.outboxRecords === 2 && heartbeat.running[0]?.lease?.cell === 4 ? heartbeat : undefined,
    );
    stream.send(receipts(RESULT, REPORT));
    const idle = await stream.expect('an idle heartbeat', ({ heartbeat }) =>
      heartbeat?.outboxRecords === 0 && heartbeat.running.length === 0 && heartbeat.sequence > 1
        ? heartbeat
        : undefined,
    );
    expect(idle.draining).toBe(false);
    await worker.event('record:receipted', ({ recordId }) => recordId === RESULT);
    await worker.stop();
  });

  test('reports its newest progress in the heartbeats', async () => {
    await using harness = await startWorkerHarness();
    harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'untilStopped'));
    const running = await stream.expect('progress', ({ heartbeat }) =>
      heartbeat?.running.find(({ progress }) => progress),
    );
    expect(running).toEqual({
      lease: lease(4),
      progress: expect.objectContaining({
        phase: 'training',
        trainEpoch: 1,
        trainEpochs: 2,
        step: 3,
        steps: 6,
        loss: 0.5,
      }),
    });
  });

  test('runs many times in one process, one after another', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    for (const cell of [1, 2, 3]) {
      stream.send(assignment(cell, 'succeed'));
      await harness.record(`grid-1.${cell}.1.result`);
    }
    expect(worker.events.filter(({ type }) => type === 'slot:exited')).toEqual([]);
  });

  test('whose lease comes a second time is run once', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker({ slots: 2 });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'untilStopped'));
    stream.send(assignment(4, 'untilStopped'));
    stream.send(assignment(5, 'succeed'));
    await harness.record('grid-1.5.1.result');
    stream.send(assignment(5, 'succeed'));
    stream.send(assignment(6, 'succeed'));
    await harness.record('grid-1.6.1.result');
    expect(worker.events.flatMap((event) => (event.type === 'trial:assigned' ? [event.leaseId] : []))).toEqual([
      'lease-4',
      'lease-5',
      'lease-6',
    ]);
  });
});

describe('without a receipt', () => {
  test('a record is published again, and JetStream keeps it once', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker({}, { timings: { republishAfterMs: 50 } });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'succeed'));
    await worker.event('record:published', ({ recordId, duplicate }) => recordId === RESULT && duplicate);
    expect(await harness.records()).toHaveLength(2);
  });

  test('a record that NATS has acknowledged and lost arrives after all', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker({}, { timings: { republishAfterMs: 200 } });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'succeed'));
    await worker.event('record:published', ({ recordId }) => recordId === RESULT);
    await harness.loseRecords();
    await harness.record(RESULT);
    await harness.record(REPORT);
  });

  test('a record is published again by the next process of this name', async () => {
    await using harness = await startWorkerHarness();
    const first = harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'succeed'));
    await harness.record(RESULT);
    await first.stop();
    expect(first.events.at(-1)).toMatchObject({ type: 'shutdown:unreceipted', records: 2 });
    await harness.loseRecords();

    const second = harness.startWorker();
    const again = await harness.coordinator.connection(1);
    // The cell must not be given away while its result is on the way.
    expect(again.hello.inFlight).toEqual([lease(4)]);
    const unreceipted = await again.expect('UnreceiptedRecords', (message) => message.unreceipted);
    expect(unreceipted.recordIds).toEqual([REPORT, RESULT]);
    await harness.record(RESULT);
    again.send(receipts(REPORT, RESULT));
    await second.event('record:receipted', ({ recordId }) => recordId === RESULT);
    await second.stop();

    const third = harness.startWorker();
    expect((await harness.coordinator.connection(2)).hello.inFlight).toEqual([]);
    expect(await third.event('outbox:opened')).toMatchObject({ records: 0, damagedBytes: 0 });
  });

  test('all ids are told again and again', async () => {
    await using harness = await startWorkerHarness();
    harness.startWorker({}, { timings: { reconcileEveryMs: 50 } });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'succeed'));
    const toldOften = await eventually('both ids, twice', () => {
      const told = stream.received.flatMap(({ unreceipted }) =>
        unreceipted ? [[...unreceipted.recordIds].sort()] : [],
      );
      const both = told.filter(({ length }) => length === 2);
      return both.length > 1 ? both : undefined;
    });
    expect(toldOften[0]).toEqual([REPORT, RESULT]);
  });

  test('a full outbox is told in chunks of 500 and delivered whole', async () => {
    await using harness = await startWorkerHarness();
    const outbox = await openOutbox(await openNodeFolder(join(harness.folder, 'state', 'outbox'), systemClock), {
      clock: systemClock,
    });
    const key = { sweepId: 'grid-1', cell: 4, attempt: 1, leaseId: 'lease-4', epoch: 7, worker: 'w1' };
    const records = Array.from(
      { length: 1_100 },
      (_, i): ReportRecord => ({ kind: 'report', ...key, trainEpoch: i + 1, metrics: { testError: i / 100 } }),
    );
    await Promise.all(records.map((record) => outbox.append(recordId(record), encodeRecord(record))));
    await outbox.close();

    const worker = harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    const ids = records.map(recordId);
    const chunks = await eventually('three chunks', () => {
      const told = stream.received.flatMap(({ unreceipted }) => (unreceipted ? [unreceipted.recordIds] : []));
      return told.flat().length === ids.length ? told : undefined;
    });
    expect(chunks.map(({ length }) => length)).toEqual([500, 500, 100]);
    expect(chunks.flat()).toEqual(ids);
    await eventually('all in JetStream', () => {
      const published = worker.events.filter(({ type }) => type === 'record:published');
      return published.length >= ids.length || undefined;
    });
    expect((await harness.records()).map(({ id }) => id).sort()).toEqual([...ids].sort());
    stream.send(receipts(...ids));
    await stream.expect('an empty outbox', ({ heartbeat }) =>
      heartbeat?.outboxRecords === 0 && heartbeat.sequence > 1 ? heartbeat : undefined,
    );
  });
});
