import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

it('a trial that is behind at a rung is told to stop, its slot is free again, and the table tells of it', async () => {
  await using cluster = await startCluster();
  const { client, grpc } = await cluster.startCoordinator();
  const studyYaml = spaceStudyYaml({
    factors: { trainEpochs: [4], biasRate: [1, 2, 3] },
    extra: { earlyStopping: { asha: { grace: 1, eta: 2 } } },
  });
  const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml });
  await using publisher = await connectPublisher(cluster.nats);
  await using worker = startRawWorker(grpc, { slots: 2 });
  const [first, second] = [await worker.assignment(0), await worker.assignment(1)];
  const stoppedNow = () => worker.stopped;
  worker.keepBeating(() =>
    worker.assignments.map(({ lease }) => lease).filter(({ leaseId }) => !stoppedNow().includes(leaseId)),
  );

  await publisher.report(first.lease, { trainEpoch: 1, metrics: { testError: 10 } });
  await publisher.report(second.lease, { trainEpoch: 1, metrics: { testError: 20 } });
  await eventually('the order to stop', () => worker.stopped.includes(second.lease.leaseId) || undefined);
  const third = await worker.assignment(2);
  const trial = await client.getTrial({ name: `${name}/trials/${second.lease.cell}` });
  expect(trial).toMatchObject({
    state: 'TRIAL_STATE_STOPPED',
    stopReason: 'rung at epoch 1: testError 20 is number 2 of 2, and the best 1 go on',
  });
  for (const { lease } of [first, third]) await publisher.result(lease, { metrics: { testError: 5 } });
  const sweep = await eventually('the end', async () => {
    const found = await client.getSweep({ name });
    return found.state === 'SWEEP_STATE_COMPLETED' ? found : undefined;
  });
  expect(sweep.counts).toMatchObject({ succeeded: 2, stopped: 1 });
  const table = await client.getTable({ parent: name });
  expect(table.complete).toBe(true);
  expect(
    table.rows.map(({ n, counts }: { n: number; counts: { stopped: number } }) => [n, counts.stopped]),
  ).toContainEqual([0, 1]);
});
