import { describe, expect, test } from 'vitest';
import { assignment, lease, startWorkerHarness } from '../../support/worker-harness.ts';

describe('a lease is given back', () => {
  test('as cancelled when the coordinator stops the trial; no record is made', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'untilStopped'));
    await worker.event('trial:started');
    stream.send({ stop: { lease: lease(4), reason: 'The sweep was cancelled.' } });
    expect(await stream.expect('TrialReleased', (message) => message.released)).toEqual({
      lease: lease(4),
      kind: 'FAILURE_KIND_CANCELLED',
      message: 'The sweep was cancelled.',
    });
    stream.send(assignment(5, 'succeed'));
    await harness.record('grid-1.5.1.result');
    expect((await harness.records()).map(({ id }) => id)).not.toContain('grid-1.4.1.failure');
    expect(worker.events.some(({ type }) => type === 'slot:exited')).toBe(false);
  });

  test('as cancelled when the trial does not listen and its process is killed', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker({}, { timings: { stopGraceMs: 100 } });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'deafToStop'));
    await worker.event('trial:started');
    stream.send({ stop: { lease: lease(4), reason: 'lease expired' } });
    expect(await stream.expect('TrialReleased', (message) => message.released)).toMatchObject({
      kind: 'FAILURE_KIND_CANCELLED',
    });
    expect(await worker.event('slot:exited')).toMatchObject({ how: expect.stringContaining('SIGKILL') });
    stream.send(assignment(5, 'succeed'));
    await harness.record('grid-1.5.1.result');
  });

  test('when the worker is told to stop what it does not have', async () => {
    await using harness = await startWorkerHarness();
    harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    stream.send({ stop: { lease: lease(9), reason: 'lease expired' } });
    expect(await stream.expect('TrialReleased', (message) => message.released)).toMatchObject({ lease: lease(9) });
  });

  test('as infrastructure when no slot is free', async () => {
    await using harness = await startWorkerHarness();
    harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'untilStopped'));
    // As many as may wait, and one more.
    for (let cell = 5; cell <= 5 + stream.hello.queue; cell++) stream.send(assignment(cell, 'succeed'));
    expect(await stream.expect('TrialReleased', (message) => message.released)).toEqual({
      lease: lease(5 + stream.hello.queue),
      kind: 'FAILURE_KIND_INFRASTRUCTURE',
      message: 'Expected a free slot, got 1 of 1 busy.',
    });
  });

  test('not at once when they may wait: a trial begins as soon as its slot is free', async () => {
    await using harness = await startWorkerHarness();
    harness.startWorker({}, { timings: { queuePatienceMs: 60_000 } });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'untilStopped'));
    stream.send(assignment(5, 'succeed'));
    await stream.expect('TrialStarted', ({ started }) => started?.lease?.cell === 4 || undefined);
    stream.send({ stop: { lease: lease(5), reason: 'paused' } });
    expect(await stream.expect('TrialReleased', ({ released }) => released)).toMatchObject({ lease: lease(5) });
    stream.send(assignment(6, 'succeed'));
    stream.send({ stop: { lease: lease(4), reason: 'enough' } });
    await harness.record('grid-1.6.1.result');
    expect(await stream.expect('TrialEnded', ({ ended }) => ended)).toMatchObject({ lease: lease(6) });
  });

  test('on recall only while they wait, and by themselves when they wait too long', async () => {
    await using harness = await startWorkerHarness();
    harness.startWorker({}, { timings: { queuePatienceMs: 300 } });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'untilStopped'));
    stream.send(assignment(5, 'succeed'));
    stream.send(assignment(6, 'succeed'));
    for (const cell of [4, 5]) stream.send({ stop: { lease: lease(cell), reason: 'paused', unlessBegun: true } });
    const releasedAs = (cell: number) =>
      stream.expect('TrialReleased', ({ released }) => (released?.lease?.cell === cell ? released : undefined));
    expect(await releasedAs(5)).toMatchObject({ kind: 'FAILURE_KIND_PREEMPTED', message: 'paused' });
    expect(await releasedAs(6)).toMatchObject({ message: 'it waited for a slot for 300 ms' });
    expect(stream.received.some(({ released }) => released?.lease?.cell === 4)).toBe(false);
  });

  test('as preempted at shutdown, after a heartbeat that says draining; the stream ends in order', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker({ slots: 2 });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'untilStopped'));
    stream.send(assignment(5, 'succeed'));
    await harness.record('grid-1.5.1.result');
    await worker.stop();
    await stream.ended;

    const kinds = stream.received.flatMap(({ heartbeat, released }) =>
      heartbeat?.draining ? ['draining'] : released ? [released.kind, released.lease?.leaseId] : [],
    );
    expect(kinds.filter((kind, i) => kind !== kinds[i - 1]).slice(0, 3)).toEqual([
      'draining',
      'FAILURE_KIND_PREEMPTED',
      'lease-4',
    ]);
    expect(worker.events.filter(({ type }) => type === 'slot:exited')).toHaveLength(2);
    expect((await harness.records()).map(({ id }) => id)).not.toContain('grid-1.4.1.failure');
  });

  test('at shutdown even by a trial that does not listen; its process is killed', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker({}, { timings: { stopGraceMs: 100 } });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'deafToStop'));
    await worker.event('trial:started');
    await worker.stop();
    await stream.ended;
    expect(stream.received.find(({ released }) => released)?.released).toMatchObject({ lease: lease(4) });
    expect(await worker.event('slot:exited')).toMatchObject({ how: expect.stringContaining('SIGKILL') });
  });

  test('by the next stream when there was none at the time', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker({}, { timings: { stopGraceMs: 100 } });
    const first = await harness.coordinator.connection(0);
    first.send(assignment(4, 'deafToStop'));
    await worker.event('trial:started');
    first.send({ stop: { lease: lease(4), reason: 'The sweep was cancelled.' } });
    await worker.event('slot:state', ({ to }) => to === 'stopping');
    harness.coordinator.stop();
    await worker.event('trial:released');
    await harness.coordinator.start();
    const second = await harness.coordinator.connection(1);
    expect(await second.expect('TrialReleased', (message) => message.released)).toMatchObject({ lease: lease(4) });
    expect(second.hello.inFlight).toEqual([]);
  });

  test('as preempted when the worker has been told to drain; what runs goes on', async () => {
    await using harness = await startWorkerHarness();
    const worker = harness.startWorker({ slots: 2 });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'untilStopped'));
    await worker.event('trial:started');
    stream.send({ drain: {} });
    await stream.expect('a draining heartbeat', ({ heartbeat }) => heartbeat?.draining || undefined);
    stream.send(assignment(5, 'succeed'));
    expect(await stream.expect('TrialReleased', (message) => message.released)).toMatchObject({
      lease: lease(5),
      kind: 'FAILURE_KIND_PREEMPTED',
    });
    await stream.expect('a later heartbeat', ({ heartbeat }) =>
      heartbeat?.draining && heartbeat.running[0]?.lease?.leaseId === 'lease-4' ? heartbeat : undefined,
    );
  });
});
