import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Lease__Output as Lease } from '../../../proto/generated/tickwork/v1/Lease.ts';
import { type Cluster, type RunningCoordinator, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { type RawWorker, startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher, type RecordPublisher } from '../../support/record-publisher.ts';
import { smallStudyYaml } from '../../support/studies.ts';

describe('a lease', () => {
  let cluster: Cluster;
  let coordinator: RunningCoordinator;
  let publisher: RecordPublisher;
  const workers: RawWorker[] = [];

  beforeEach(async () => {
    cluster = await startCluster();
    coordinator = await cluster.startCoordinator();
    publisher = await connectPublisher(cluster.nats);
  });
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker[Symbol.asyncDispose]()));
    await publisher?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  function startWorker(hello: Parameters<typeof startRawWorker>[1] = {}): RawWorker {
    const worker = startRawWorker(coordinator.grpc, hello);
    workers.push(worker);
    return worker;
  }

  async function submit(configs: readonly string[] = ['A'], extra = ''): Promise<string> {
    const { name } = await coordinator.client.submitSweep({
      requestId: randomUUID(),
      studyYaml: smallStudyYaml({ configs, extra }),
    });
    return name;
  }

  const trial = async (name: string, cell = 0) => (await coordinator.client.listTrials({ parent: name })).trials[cell];
  const until = (name: string, state: string, cell = 0) =>
    eventually(`trial ${cell} to be ${state}`, async () =>
      (await trial(name, cell)).state === `TRIAL_STATE_${state}` ? trial(name, cell) : undefined,
    );

  it('that nobody speaks of expires, and its cell goes to another worker as the next attempt', async () => {
    const name = await submit();
    const silent = startWorker({ worker: 'silent' });
    const first = await silent.assignment(0);
    const other = startWorker({ worker: 'other' });
    other.keepBeating(() => other.assignments.map(({ lease }) => lease));
    const second = await other.assignment(0);
    expect(second.lease).toMatchObject({ cell: first.lease.cell, attempt: 2 });
    expect(second.lease.leaseId).not.toBe(first.lease.leaseId);
    expect(silent.stopped).toEqual([first.lease.leaseId]);
    expect(silent.assignments).toHaveLength(1);
    expect(await trial(name)).toMatchObject({ attempt: 2, worker: 'other' });
  });

  it('is kept by heartbeats for as long as they come, while a silent one expires', async () => {
    const name = await submit(['A', 'B']);
    const silent = startWorker({ worker: 'silent' });
    const lost = (await silent.assignment(0)).lease;
    const beating = startWorker({ worker: 'beating', slots: 2 });
    beating.keepBeating(() => beating.assignments.map(({ lease }) => lease));
    const kept = (await beating.assignment(0)).lease;
    beating.send({ started: { lease: kept } });
    // Nobody else is there to take it; a lease lasts one second, its expiry is seen within a tenth more.
    expect((await beating.assignment(1)).lease).toMatchObject({ cell: lost.cell, attempt: 2 });
    expect(await trial(name, kept.cell)).toMatchObject({ state: 'TRIAL_STATE_RUNNING', attempt: 1, worker: 'beating' });
    expect(await trial(name, lost.cell)).toMatchObject({ attempt: 2, worker: 'beating' });
    const metrics = await (await fetch(`${coordinator.http}/metrics`)).text();
    expect(metrics).toContain('tickwork_leases_expired_total 1\n');
    expect(metrics).toContain('tickwork_attempts_lost_total{kind="infrastructure"} 1\n');
  });

  it('is stale once the next attempt was granted: the old holder is stopped by name, its words change nothing', async () => {
    const name = await submit();
    const slow = startWorker({ worker: 'slow' });
    const stale = (await slow.assignment(0)).lease;
    const other = startWorker({ worker: 'other' });
    other.keepBeating(() => other.assignments.map(({ lease }) => lease));
    const { lease } = await other.assignment(0);
    slow.send({ started: { lease: stale } });
    await publisher.failure(stale, { failure: 'diverged', worker: 'slow' });
    expect(await slow.receipt(`small-1.0.1.failure`)).toBe('DISPOSITION_SUPERSEDED');
    slow.send({ released: { lease: stale, kind: 'FAILURE_KIND_DIVERGED', message: 'late' } });
    slow.send({ unreceipted: { recordIds: ['small-1.0.1.failure', 'small-1.0.9.result', 'nonsense'] } });
    await eventually('an answer to the unreceipted', () =>
      slow.received.filter(({ receipts }) => receipts).length === 2 ? true : undefined,
    );
    expect(await trial(name)).toMatchObject({ state: 'TRIAL_STATE_LEASED', attempt: 2, worker: 'other' });
    expect(slow.stopped).toEqual([stale.leaseId]);
    const wrongEpoch = { ...lease, epoch: lease.epoch + 1 };
    other.send({ started: { lease: wrongEpoch } });
    await other.expect('an order to stop', ({ stop }) =>
      stop?.reason.includes('Expected the current lease') ? stop : undefined,
    );
    expect(await trial(name)).toMatchObject({ state: 'TRIAL_STATE_LEASED', attempt: 2 });
  });

  it('of an older attempt may still bring the result when there is none, and is superseded when there is', async () => {
    const name = await submit(['A', 'B']);
    const slow = startWorker({ worker: 'slow', slots: 2 });
    const [first, second] = [(await slow.assignment(0)).lease, (await slow.assignment(1)).lease];
    const other = startWorker({ worker: 'other', slots: 2 });
    other.keepBeating(() => other.assignments.map(({ lease }) => lease));
    await other.assignment(1);
    // The late result of cell `first` comes first, that of cell `second` after the one of attempt 2.
    await publisher.result(first, { worker: 'slow' });
    expect(await slow.receipt(`small-1.${first.cell}.1.result`)).toBe('DISPOSITION_COMMITTED');
    const held = other.assignments.find(({ lease }) => lease.cell === second.cell)?.lease as Lease;
    const given = other.assignments.find(({ lease }) => lease.cell === first.cell)?.lease as Lease;
    await eventually('an order to stop what is done already', () =>
      other.stopped.includes(given.leaseId) ? true : undefined,
    );
    await publisher.result(held, { worker: 'other' });
    expect(await other.receipt(`small-1.${second.cell}.2.result`)).toBe('DISPOSITION_COMMITTED');
    await publisher.result(second, { worker: 'slow', metrics: { testError: 99 } });
    expect(await slow.receipt(`small-1.${second.cell}.1.result`)).toBe('DISPOSITION_SUPERSEDED');
    const table = await coordinator.client.getTable({ parent: name });
    const means = table.rows.map((row: { aggregates: { mean: number }[] }) => row.aggregates[0]?.mean);
    expect(means).toEqual([10, 11]);
    expect(await coordinator.client.getSweep({ name })).toMatchObject({ state: 'SWEEP_STATE_COMPLETED' });
  });

  it('gives one result: the same key with other contents is quarantined and shown', async () => {
    const name = await submit();
    const worker = startWorker();
    worker.keepBeating(() => []);
    const { lease } = await worker.assignment(0);
    await publisher.result(lease);
    await worker.receipt('small-1.0.1.result');
    await publisher.result(lease);
    await publisher.result(lease, { metrics: { testError: 99 } });
    await worker.expect('a receipt that says so', ({ receipts }) =>
      receipts?.receipts.find((r) => r.disposition === 'DISPOSITION_QUARANTINED'),
    );
    await publisher.bytes(new TextEncoder().encode('{"kind":'));
    await eventually('the malformed one to be set aside', async () =>
      (await coordinator.client.getStatus({})).resultsQuarantined === 2 ? true : undefined,
    );
    expect(await coordinator.client.getStatus({})).toMatchObject({ resultsCommitted: 1, resultsQuarantined: 2 });
    const metrics = await (await fetch(`${coordinator.http}/metrics`)).text();
    expect(metrics).toMatch(/^tickwork_results_quarantined 2$/m);
    for (const [disposition, n] of Object.entries({ committed: 1, repeat: 1, quarantined: 1, malformed: 1 })) {
      expect(metrics).toContain(`tickwork_records_settled_total{disposition="${disposition}"} ${n}\n`);
    }
    const table = await coordinator.client.getTable({ parent: name });
    expect(table.rows[0].aggregates[0]).toMatchObject({ n: 1, mean: 10 });
  });

  it('that the worker gives back goes to somebody else without a strike', async () => {
    const name = await submit(['A'], 'maxAttempts: 1\n');
    const worker = startWorker();
    worker.keepBeating(() => []);
    const { lease } = await worker.assignment(0);
    worker.send({ released: { lease, kind: 'FAILURE_KIND_PREEMPTED', message: 'shutting down' } });
    expect((await worker.assignment(1)).lease).toMatchObject({ cell: 0, attempt: 2 });
    expect(await trial(name)).toMatchObject({ state: 'TRIAL_STATE_LEASED' });
  });

  it('ends for good with a failure that retrying cannot mend, which the table shows with its reason', async () => {
    const name = await submit(['A', 'B']);
    const worker = startWorker({ slots: 2 });
    worker.keepBeating(() => []);
    const [a, b] = [(await worker.assignment(0)).lease, (await worker.assignment(1)).lease];
    await publisher.failure(a, { failure: 'diverged', message: 'The loss became NaN at step 7.' });
    await publisher.result(b);
    await worker.receipt(`small-1.${b.cell}.1.result`);
    expect(await until(name, 'FAILED', a.cell)).toMatchObject({
      attempt: 1,
      failureKind: 'FAILURE_KIND_DIVERGED',
      failureMessage: 'The loss became NaN at step 7.',
    });
    expect(await coordinator.client.getSweep({ name })).toMatchObject({
      state: 'SWEEP_STATE_COMPLETED',
      counts: { succeeded: 1, failed: 1 },
    });
    const table = await coordinator.client.getTable({ parent: name, groupBy: [] });
    expect(table.complete).toBe(false);
    const row = table.rows.find((r: { n: number }) => r.n === 0);
    expect(row).toMatchObject({
      n: 0,
      expected: 1,
      failures: [{ kind: 'FAILURE_KIND_DIVERGED', count: 1, example: 'The loss became NaN at step 7.' }],
    });
  });

  it('is lost three times to broken machines, and then the cell is given up', async () => {
    const name = await submit();
    const worker = startWorker();
    worker.keepBeating(() => []);
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { lease } = await worker.assignment(attempt - 1);
      expect(lease.attempt).toBe(attempt);
      await publisher.failure(lease, { message: `broken ${attempt}` });
    }
    expect(await until(name, 'FAILED')).toMatchObject({
      attempt: 3,
      failureKind: 'FAILURE_KIND_INFRASTRUCTURE',
      failureMessage: 'broken 3',
    });
  });

  it('of a cancelled sweep is stopped; the slot is free when the worker says so, and the counts are final', async () => {
    const name = await submit(['A', 'B', 'C']);
    const worker = startWorker();
    const held = new Set<string>();
    worker.keepBeating(() => worker.assignments.map(({ lease }) => lease).filter(({ leaseId }) => held.has(leaseId)));
    const { lease } = await worker.assignment(0);
    held.add(lease.leaseId);
    worker.send({ started: { lease } });
    await until(name, 'RUNNING', lease.cell);
    const next = await coordinator.client.submitSweep({
      requestId: randomUUID(),
      studyYaml: smallStudyYaml({ name: 'next', configs: ['E'] }),
    });
    const cancelled = await coordinator.client.cancelSweep({ requestId: randomUUID(), name });
    expect(cancelled).toMatchObject({
      state: 'SWEEP_STATE_CANCELLED',
      counts: { total: 3, cancelled: 3, pending: 0, running: 0 },
    });
    await eventually('an order to stop', () => (worker.stopped.includes(lease.leaseId) ? true : undefined));
    expect(worker.assignments).toHaveLength(1);
    held.clear();
    worker.send({ released: { lease, kind: 'FAILURE_KIND_CANCELLED', message: 'stopped' } });
    expect((await worker.assignment(1)).lease.sweep).toBe(next.name);
    await publisher.result(lease);
    expect(await worker.receipt(`small-1.${lease.cell}.1.result`)).toBe('DISPOSITION_SUPERSEDED');
    expect((await coordinator.client.getSweep({ name })).counts).toMatchObject({ cancelled: 3, succeeded: 0 });
  });

  it('is adopted again after a restart of the coordinator: no new attempt', async () => {
    const name = await submit(['A', 'B']);
    const before = startWorker({ slots: 2, pid: 7 });
    before.keepBeating(() => before.assignments.map(({ lease }) => lease));
    const [kept, dropped] = [(await before.assignment(0)).lease, (await before.assignment(1)).lease];
    before.send({ started: { lease: kept } });
    await until(name, 'RUNNING', kept.cell);
    await coordinator.stop();
    expect(await before.ended).toMatchObject({ name: 'UNAVAILABLE' });
    coordinator = await cluster.startCoordinator();
    const after = startWorker({ slots: 2, pid: 7, inFlight: [kept] });
    after.keepBeating(() => [kept]);
    expect((await after.expect('a Welcome', ({ welcome }) => welcome)).epoch).toBe(2);
    // Said again after each Welcome: no refusal.
    after.send({ started: { lease: kept } });
    expect((await after.assignment(0)).lease).toMatchObject({ cell: dropped.cell, attempt: 2, epoch: 2 });
    expect(await trial(name, kept.cell)).toMatchObject({ state: 'TRIAL_STATE_RUNNING', attempt: 1 });
    expect(after.stopped).toEqual([]);
    await publisher.result(kept);
    expect(await after.receipt(`small-1.${kept.cell}.1.result`)).toBe('DISPOSITION_COMMITTED');
  });

  it('that a returning worker names wrongly is stopped', async () => {
    const name = await submit();
    const worker = startWorker({ inFlight: [{ leaseId: 'ghost', sweep: name, cell: 0, attempt: 9, epoch: 1 }] });
    worker.keepBeating(() => []);
    await eventually('an order to stop', () => (worker.stopped.includes('ghost') ? true : undefined));
    worker.send({
      released: {
        lease: { leaseId: 'ghost', sweep: name, cell: 0, attempt: 9, epoch: 1 },
        kind: 'FAILURE_KIND_CANCELLED',
        message: '',
      },
    });
    expect((await worker.assignment(0)).lease).toMatchObject({ attempt: 1 });
  });
});
