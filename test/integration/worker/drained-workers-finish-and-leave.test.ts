import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { smallStudyYaml } from '../../support/studies.ts';
import { assignment, startWorkerHarness } from '../../support/worker-harness.ts';

it('a worker that is told to drain says so to every coordinator, finishes what it runs, and ends by itself', async () => {
  await using harness = await startWorkerHarness();
  const draining = new AbortController();
  const worker = harness.startWorker({ slots: 2 }, { drain: draining.signal });
  const first = await harness.coordinator.connection(0);
  expect(first.hello.draining).toBe(false);
  first.send(assignment(4, 'succeed'));
  await harness.record('grid-1.4.1.result');
  draining.abort();
  await first.expect('a draining heartbeat', ({ heartbeat }) => heartbeat?.draining || undefined);

  first.drop();
  const second = await harness.coordinator.connection(1);
  // The record has no receipt yet: it stays.
  expect(second.hello).toMatchObject({ draining: true, inFlight: [{ cell: 4 }] });
  second.send({
    receipts: { receipts: [{ recordId: 'grid-1.4.1.result', disposition: 'DISPOSITION_COMMITTED', epoch: 7 }] },
  });
  await worker.ended;
  await second.ended;
});

it('a drained worker gets nothing more, and is forgotten when it has left', async () => {
  await using cluster = await startCluster();
  const { client, grpc } = await cluster.startCoordinator();
  const { name } = await client.submitSweep({
    requestId: randomUUID(),
    studyYaml: smallStudyYaml({ configs: ['A'], seeds: [1, 2, 3] }),
  });
  await using leaving = startRawWorker(grpc, { worker: 'leaving', slots: 2 });
  await leaving.assignment(1);
  expect(await client.drainWorker({ name: 'workers/leaving' })).toMatchObject({
    state: 'WORKER_STATE_DRAINING',
    running: [{}, {}],
  });
  await leaving.expect('the order', ({ drain }) => drain);
  const leases = leaving.assignments.map(({ lease }) => lease);
  // A heartbeat that was under way does not take it back.
  leaving.beat(...leases);
  leaving.send({ released: { lease: leases[0], kind: 'FAILURE_KIND_PREEMPTED', message: 'x' } });
  await eventually('one to wait', async () => (await client.getSweep({ name })).counts.pending === 2 || undefined);
  expect(leaving.assignments).toHaveLength(2);
  expect((await client.getTrial({ name: `${name}/trials/2` })).waitingReason).toBe('every worker is draining');

  leaving.send({ released: { lease: leases[1], kind: 'FAILURE_KIND_PREEMPTED', message: 'x' } });
  await eventually('all to wait', async () => (await client.getSweep({ name })).counts.pending === 3 || undefined);
  leaving.finish();
  await eventually('it to be forgotten', async () =>
    (await client.listWorkers({})).workers.length === 0 ? true : undefined,
  );
  await expect(client.drainWorker({ name: 'workers/leaving' })).rejects.toMatchObject({
    details: expect.stringContaining('Expected the name of a connected worker'),
  });
});
