import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '../../../proto/protocol-version.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { connectPublisher, connectPlayedWorker, failureOf, resultOf } from '../../support/played-worker.ts';
import { smallStudyYaml } from '../../support/studies.ts';

const ONE_CELL = smallStudyYaml({ configs: ['A'] });
const THREE_CELLS = smallStudyYaml({ configs: ['A', 'B', 'C'] });

/** A coordinator with one sweep. Leases last a minute unless told otherwise: nothing expires by itself. */
async function withSweep(cluster: Cluster, studyYaml: string, leaseDurationMs = 60_000) {
  const coordinator = await cluster.startCoordinator({ leaseDurationMs, heartbeatIntervalMs: 100 });
  const { name } = await coordinator.client.submitSweep({ requestId: randomUUID(), studyYaml });
  const trial = async (cell: number) => (await coordinator.client.listTrials({ parent: name })).trials[cell];
  return { ...coordinator, name, trial };
}

describe('a worker that says Hello', () => {
  it('is welcomed and given what fits its slots', async () => {
    await using cluster = await startCluster();
    const { grpc, name, trial } = await withSweep(cluster, THREE_CELLS);
    await using worker = connectPlayedWorker(grpc, { slots: 2 });
    expect(await worker.welcome).toMatchObject({
      epoch: 1,
      heartbeatIntervalMs: 100,
      leaseDurationMs: 60_000,
      natsServers: [cluster.nats.url],
      natsNamespace: 'test',
    });
    const { lease, trialJson, title } = await worker.assignment(0);
    await worker.assignment(1);
    expect(lease).toMatchObject({ sweep: name, attempt: 1, epoch: 1 });
    expect(JSON.parse(trialJson)).toMatchObject({ seed: 1, parameters: { network: 'vgg8', trainImages: 128 } });
    expect(title).toMatch(/^config=[ABC] seed=1$/);
    worker.send({ started: { lease } });
    await eventually('a running trial', async () => ((await trial(lease.cell)).state === 'TRIAL_STATE_RUNNING' ? true : undefined));
    expect(worker.received.filter((message) => message.assignment)).toHaveLength(2);
  });

  it('of another protocol version is refused by name', async () => {
    await using cluster = await startCluster();
    const { grpc } = await cluster.startCoordinator();
    await using worker = connectPlayedWorker(grpc, { protocolVersion: PROTOCOL_VERSION + 1 });
    expect(await worker.ended).toMatchObject({ code: status.FAILED_PRECONDITION, errorCode: 'WORKER_VERSION' });
  });

  it('without a usable name or slot is refused', async () => {
    await using cluster = await startCluster();
    const { grpc } = await cluster.startCoordinator();
    await using nameless = connectPlayedWorker(grpc, { worker: 'a b' });
    await using slotless = connectPlayedWorker(grpc, { slots: 0 });
    expect(await nameless.ended).toMatchObject({ code: status.INVALID_ARGUMENT, errorCode: 'ARGUMENT_INVALID' });
    expect(await slotless.ended).toMatchObject({ code: status.INVALID_ARGUMENT, errorCode: 'ARGUMENT_INVALID' });
  });

  it('under the name of a living process is refused; the same process replaces its own stream', async () => {
    await using cluster = await startCluster();
    const { grpc } = await cluster.startCoordinator({ heartbeatIntervalMs: 60_000, leaseDurationMs: 600_000 });
    await using first = connectPlayedWorker(grpc, { pid: 7 });
    await first.welcome;
    await using impostor = connectPlayedWorker(grpc, { pid: 8 });
    expect(await impostor.ended).toMatchObject({ code: status.ALREADY_EXISTS, errorCode: 'WORKER_DUPLICATE' });
    await using again = connectPlayedWorker(grpc, { pid: 7 });
    await again.welcome;
    await first.ended;
  });
});

describe('a lease', () => {
  it('whose worker falls silent expires, and the cell goes to another as the next attempt', async () => {
    await using cluster = await startCluster();
    const { grpc, client, name } = await withSweep(cluster, ONE_CELL, 600);
    await using silent = connectPlayedWorker(grpc, { worker: 'silent' });
    const { lease } = await silent.assignment(0);
    silent.send({ started: { lease } });
    await using other = connectPlayedWorker(grpc, { worker: 'other' });
    const beat = setInterval(() => other.heartbeat(), 50);
    const next = await other.assignment(0).finally(() => clearInterval(beat));
    expect(next.lease).toMatchObject({ cell: lease.cell, attempt: 2 });
    const { trials } = await client.listTrials({ parent: name });
    expect(trials[0]).toMatchObject({ attempt: 2, worker: 'other' });
  });

  it('given back is a lost attempt; the cell starts again at once', async () => {
    await using cluster = await startCluster();
    const { grpc, trial } = await withSweep(cluster, ONE_CELL);
    await using worker = connectPlayedWorker(grpc);
    const { lease } = await worker.assignment(0);
    worker.send({ released: { lease, kind: 'FAILURE_KIND_PREEMPTED', message: 'moved away' } });
    expect((await worker.assignment(1)).lease).toMatchObject({ cell: lease.cell, attempt: 2 });
    expect(await trial(0)).toMatchObject({ attempt: 2 });
  });

  it('that is stale is refused by name and stopped', async () => {
    await using cluster = await startCluster();
    const { grpc } = await withSweep(cluster, ONE_CELL);
    await using worker = connectPlayedWorker(grpc, { slots: 2 });
    const { lease } = await worker.assignment(0);
    worker.send({ released: { lease, kind: 'FAILURE_KIND_PREEMPTED', message: 'moved away' } });
    await worker.assignment(1);
    worker.send({ started: { lease } });
    expect((await worker.stopOrder(lease)).reason).toMatch(/Expected the current lease of small-1\/0 .*attempt 2.*got lease .*attempt 1/);
  });

  it('is adopted when its worker comes back with it, and lost at once when it comes back without', async () => {
    await using cluster = await startCluster();
    const { grpc, trial } = await withSweep(cluster, ONE_CELL);
    await using first = connectPlayedWorker(grpc, { pid: 7 });
    const { lease } = await first.assignment(0);
    first.send({ started: { lease } });
    await eventually('a running trial', async () => ((await trial(0)).state === 'TRIAL_STATE_RUNNING' ? true : undefined));
    first.drop();

    await using second = connectPlayedWorker(grpc, { pid: 7, inFlight: [lease] });
    await second.welcome;
    second.heartbeat(lease);
    expect(await trial(0)).toMatchObject({ attempt: 1, state: 'TRIAL_STATE_RUNNING' });
    second.drop();

    await using third = connectPlayedWorker(grpc, { pid: 9 });
    expect((await third.assignment(0)).lease).toMatchObject({ cell: lease.cell, attempt: 2 });
  });

  it('of a cancelled sweep is stopped, and its slot is used again once the worker has stopped', async () => {
    await using cluster = await startCluster();
    const { grpc, client, name } = await withSweep(cluster, ONE_CELL);
    await using worker = connectPlayedWorker(grpc);
    const { lease } = await worker.assignment(0);
    await client.cancelSweep({ requestId: randomUUID(), name });
    await worker.stopOrder(lease);
    await client.submitSweep({ requestId: randomUUID(), studyYaml: ONE_CELL });
    worker.heartbeat(lease);
    expect(worker.received.filter((message) => message.assignment)).toHaveLength(1);
    worker.send({ released: { lease, kind: 'FAILURE_KIND_CANCELLED', message: 'told to' } });
    expect((await worker.assignment(1)).lease.sweep).toBe('sweeps/small-2');
  });
});

describe('a failure', () => {
  it('that may pass is tried again; the third strike is the last', async () => {
    await using cluster = await startCluster();
    const { grpc, trial } = await withSweep(cluster, ONE_CELL);
    await using publisher = await connectPublisher(cluster.nats.url, 'test');
    await using worker = connectPlayedWorker(grpc);
    for (let attempt = 1; attempt <= 3; attempt++) {
      const { lease } = await worker.assignment(attempt - 1);
      expect(lease.attempt).toBe(attempt);
      const id = await publisher.publish(failureOf(lease));
      expect(await worker.receipt(id)).toBe('DISPOSITION_COMMITTED');
    }
    expect(await trial(0)).toMatchObject({
      state: 'TRIAL_STATE_FAILED',
      attempt: 3,
      failureKind: 'FAILURE_KIND_INFRASTRUCTURE',
      failureMessage: 'it broke',
    });
  });

  it('of the trial itself ends the cell at once', async () => {
    await using cluster = await startCluster();
    const { grpc, trial, client, name } = await withSweep(cluster, ONE_CELL);
    await using publisher = await connectPublisher(cluster.nats.url, 'test');
    await using worker = connectPlayedWorker(grpc);
    const { lease } = await worker.assignment(0);
    await worker.receipt(await publisher.publish(failureOf(lease, { failure: 'diverged', message: 'The loss became NaN.' })));
    expect(await trial(0)).toMatchObject({ state: 'TRIAL_STATE_FAILED', failureKind: 'FAILURE_KIND_DIVERGED' });
    expect(await client.getSweep({ name })).toMatchObject({ state: 'SWEEP_STATE_COMPLETED', counts: { failed: 1 } });
  });
});

describe('a worker whose stream breaks', () => {
  it('has its lease for as long as the lease lasts: its result counts, and only then is it lost', async () => {
    await using cluster = await startCluster();
    const { grpc, client, trial } = await withSweep(cluster, ONE_CELL, 2_000);
    await using publisher = await connectPublisher(cluster.nats.url, 'test', 'breaks');
    await using breaks = connectPlayedWorker(grpc, { worker: 'breaks' });
    const { lease } = await breaks.assignment(0);
    breaks.drop();
    await publisher.publish(resultOf(lease, { worker: 'breaks' }));
    const succeeded = await eventually('the result', async () => {
      const now = await trial(0);
      return now.state === 'TRIAL_STATE_SUCCEEDED' ? now : undefined;
    });
    expect(succeeded).toMatchObject({ attempt: 1, worker: 'breaks' });
    await eventually('a lost worker', async () => {
      const { workers } = await client.listWorkers({});
      return workers.find((worker: { name: string; state: string }) => worker.name === 'workers/breaks' && worker.state === 'WORKER_STATE_LOST');
    });
  });
});
