import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';
import { smallStudyYaml } from '../../support/studies.ts';

/** A coordinator, one sweep of a single cell, a worker that has it, and the worker's way to NATS. */
async function withLease(cluster: Cluster) {
  const coordinator = await cluster.startCoordinator({ leaseDurationMs: 60_000 });
  const { client, grpc } = coordinator;
  const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml: smallStudyYaml({ configs: ['A'] }) });
  const publisher = await connectPublisher(cluster.nats);
  const worker = startRawWorker(grpc);
  const { lease } = await worker.assignment(0);
  return {
    ...coordinator,
    name,
    publisher,
    worker,
    lease,
    trial: async () => (await client.listTrials({ parent: name })).trials[0],
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      await publisher[Symbol.asyncDispose]();
    },
  };
}

describe('a result', () => {
  it('is committed, receipted and shown with what really ran', async () => {
    await using cluster = await startCluster();
    await using world = await withLease(cluster);
    const id = await world.publisher.result(world.lease, { metrics: { testError: 12.5 } });
    expect(await world.worker.receipt(id)).toBe('DISPOSITION_COMMITTED');
    expect(await world.trial()).toMatchObject({
      state: 'TRIAL_STATE_SUCCEEDED',
      metrics: [{ name: 'testError', value: 12.5 }],
      provenanceJson: '{"executor":"scripted"}',
    });
    const table = await world.client.getTable({ parent: world.name });
    expect(table).toMatchObject({ complete: true, rows: [{ n: 1, expected: 1, aggregates: [{ mean: 12.5 }] }] });
    expect(await world.client.getSweep({ name: world.name })).toMatchObject({ state: 'SWEEP_STATE_COMPLETED' });
  });

  it('delivered again is the same row and another receipt', async () => {
    await using cluster = await startCluster();
    await using world = await withLease(cluster);
    await world.publisher.result(world.lease);
    await world.publisher.result(world.lease);
    await eventually('two receipts', () => {
      const receipts = world.worker.received.flatMap((message) => message.receipts?.receipts ?? []);
      return receipts.length === 2 ? receipts : undefined;
    });
    expect(await world.client.getStatus({})).toMatchObject({ resultsCommitted: 1, resultsQuarantined: 0 });
  });

  it('of the same attempt with other contents is set aside and shown, and changes nothing', async () => {
    await using cluster = await startCluster();
    await using world = await withLease(cluster);
    await world.worker.receipt(await world.publisher.result(world.lease, { metrics: { testError: 1 } }));
    await world.publisher.result(world.lease, { metrics: { testError: 2 } });
    await eventually('a quarantined record', async () =>
      (await world.client.getStatus({})).resultsQuarantined === 1 ? true : undefined,
    );
    expect(await world.trial()).toMatchObject({ metrics: [{ value: 1 }] });
    const page = await fetch(`${world.http}/metrics`).then((response) => response.text());
    expect(page).toContain('tickwork_results_quarantined 1');
    expect(page).toContain('tickwork_records_settled_total{disposition="quarantined"} 1');
  });

  it('of an earlier attempt is taken when there is no other: work that was done is not wasted', async () => {
    await using cluster = await startCluster();
    await using world = await withLease(cluster);
    world.worker.send({ released: { lease: world.lease, kind: 'FAILURE_KIND_PREEMPTED', message: 'moved away' } });
    const second = await world.worker.assignment(1);
    await world.worker.receipt(await world.publisher.result(world.lease));
    expect(await world.trial()).toMatchObject({ state: 'TRIAL_STATE_SUCCEEDED', attempt: 1 });
    // Whoever still works on it may stop, and what it sends all the same is superseded.
    await eventually('an order to stop', () =>
      world.worker.stopped.includes(second.lease.leaseId) ? true : undefined,
    );
    expect(await world.worker.receipt(await world.publisher.result(second.lease))).toBe('DISPOSITION_SUPERSEDED');
    expect(await world.client.getStatus({})).toMatchObject({ resultsCommitted: 1, resultsQuarantined: 0 });
  });

  it('of a cancelled sweep is superseded', async () => {
    await using cluster = await startCluster();
    await using world = await withLease(cluster);
    await world.client.cancelSweep({ requestId: randomUUID(), name: world.name });
    expect(await world.worker.receipt(await world.publisher.result(world.lease))).toBe('DISPOSITION_SUPERSEDED');
    expect(await world.trial()).toMatchObject({ state: 'TRIAL_STATE_CANCELLED' });
  });

  it('of a cell, sweep or attempt that never was is quarantined', async () => {
    await using cluster = await startCluster();
    await using world = await withLease(cluster);
    for (const changes of [{ cell: 99 }, { sweepId: 'other-1' }, { attempt: 7 }]) {
      const id = await world.publisher.result(world.lease, changes);
      expect(await world.worker.receipt(id), id).toBe('DISPOSITION_QUARANTINED');
    }
    expect(await world.trial()).toMatchObject({ state: 'TRIAL_STATE_LEASED' });
  });
});

describe('a failure of an attempt that is over', () => {
  it('is superseded and ends nothing', async () => {
    await using cluster = await startCluster();
    await using world = await withLease(cluster);
    world.worker.send({ released: { lease: world.lease, kind: 'FAILURE_KIND_PREEMPTED', message: 'moved away' } });
    await world.worker.assignment(1);
    expect(await world.worker.receipt(await world.publisher.failure(world.lease))).toBe('DISPOSITION_SUPERSEDED');
    expect(await world.trial()).toMatchObject({ state: 'TRIAL_STATE_LEASED', attempt: 2 });
  });
});

describe('a report', () => {
  it('is a point of the learning curve, at once and with its attempt', async () => {
    await using cluster = await startCluster();
    await using world = await withLease(cluster);
    const ids = [
      await world.publisher.report(world.lease, { trainEpoch: 1, metrics: { trainLoss: 2 } }),
      await world.publisher.report(world.lease, { trainEpoch: 2, metrics: { trainLoss: 1 } }),
    ];
    for (const id of ids) expect(await world.worker.receipt(id)).toBe('DISPOSITION_COMMITTED');
    const { reports } = await world.client.listReports({ parent: world.name });
    expect(reports).toMatchObject([
      { cell: 0, attempt: 1, trainEpoch: 1, metrics: [{ name: 'trainLoss', value: 2 }] },
      { cell: 0, attempt: 1, trainEpoch: 2, metrics: [{ name: 'trainLoss', value: 1 }] },
    ]);
  });
});

describe('a message that is no record', () => {
  it('is set aside, counted, and holds nobody up', async () => {
    await using cluster = await startCluster();
    await using world = await withLease(cluster);
    await world.publisher.bytes(Uint8Array.of(0xff, 0x00, 0x7b));
    await world.publisher.bytes(new TextEncoder().encode('{"kind":"result"}'));
    await world.worker.receipt(await world.publisher.result(world.lease));
    expect(await fetch(`${world.http}/metrics`).then((response) => response.text())).toContain(
      'tickwork_records_settled_total{disposition="malformed"} 2',
    );
  });
});

describe('a worker that asks for receipts', () => {
  it('gets those of what is committed, and none for what is not', async () => {
    await using cluster = await startCluster();
    await using world = await withLease(cluster);
    const report = await world.publisher.report(world.lease, { trainEpoch: 1, metrics: { trainLoss: 2 } });
    const result = await world.publisher.result(world.lease);
    await world.worker.receipt(result);
    world.worker.drop();

    await using back = startRawWorker(world.grpc);
    const never = ['small-1.0.1.report-9', 'other-1.0.1.result', 'nonsense'];
    back.send({ unreceipted: { recordIds: [...never, report, result] } });
    expect(await back.receipt(report)).toBe('DISPOSITION_COMMITTED');
    expect(await back.receipt(result)).toBe('DISPOSITION_COMMITTED');
    const answered = back.received
      .flatMap((message) => message.receipts?.receipts ?? [])
      .map(({ recordId }) => recordId);
    expect(answered.sort()).toEqual([report, result].sort());
  });
});
