import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';
import { smallStudyYaml } from '../../support/studies.ts';

it('a worker on which several configurations fail is given nothing more, also after a restart, until it is another process', async () => {
  await using cluster = await startCluster();
  await using publisher = await connectPublisher(cluster.nats, 'bad');
  await using healthy = await connectPublisher(cluster.nats, 'good');
  const first = await cluster.startCoordinator();
  const { name } = await first.client.submitSweep({
    requestId: randomUUID(),
    studyYaml: smallStudyYaml({ configs: ['A', 'B', 'C', 'D'], extra: 'maxAttempts: 1\n' }),
  });
  const reason = async (client: typeof first.client, cell: number) =>
    (await client.getTrial({ name: `${name}/trials/${cell}` })).waitingReason;
  const counts = async (client: typeof first.client) => (await client.getSweep({ name })).counts;
  const same = { worker: 'bad', pid: 4711 };

  await using bad = startRawWorker(first.grpc, same);
  const failed: number[] = [];
  for (const i of [0, 1, 2]) {
    const { lease } = await bad.assignment(i);
    failed.push(lease.cell);
    await bad.receipt(await publisher.failure(lease, { failure: 'infrastructure', message: 'no GPU' }));
  }
  const [left] = [0, 1, 2, 3].filter((cell) => !failed.includes(cell)) as [number];
  await eventually('the quarantine to be told', async () =>
    (await reason(first.client, left)).startsWith('bad is quarantined: 3 configurations in a row failed there')
      ? true
      : undefined,
  );
  expect(bad.assignments).toHaveLength(3);
  bad.drop();
  await first.stop();

  const second = await cluster.startCoordinator();
  await using returned = startRawWorker(second.grpc, same);
  await eventually('the quarantine to hold', async () =>
    (await reason(second.client, left)).startsWith('bad is quarantined') ? true : undefined,
  );
  await using good = startRawWorker(second.grpc, { worker: 'good' });
  const { lease } = await good.assignment(0);
  await good.receipt(await healthy.result(lease));
  expect(returned.assignments).toEqual([]);
  good.drop();
  returned.drop();

  await second.client.retryFailed({ requestId: randomUUID(), name, kinds: [] });
  await using restarted = startRawWorker(second.grpc, { worker: 'bad', pid: 4712 });
  await restarted.receipt(await publisher.result((await restarted.assignment(0)).lease));
  expect((await counts(second.client)).succeeded).toBe(2);
});

it('what a worker has spoilt before it was quarantined is not held against the trials', async () => {
  await using cluster = await startCluster();
  await using publisher = await connectPublisher(cluster.nats, 'bad');
  await using healthy = await connectPublisher(cluster.nats, 'good');
  const { client, grpc } = await cluster.startCoordinator();
  const { name } = await client.submitSweep({
    requestId: randomUUID(),
    studyYaml: smallStudyYaml({ configs: ['A', 'B', 'C'], extra: 'maxAttempts: 2\n' }),
  });
  await using bad = startRawWorker(grpc, { worker: 'bad' });
  for (const i of [0, 1, 2]) await publisher.failure((await bad.assignment(i)).lease);
  await eventually('three lost attempts', async () =>
    (await client.getSweep({ name })).counts.pending === 3 ? true : undefined,
  );
  await using good = startRawWorker(grpc, { worker: 'good' });
  // The second attempt is the first that counts: with two of them allowed, its loss is not the end.
  const { lease } = await good.assignment(0);
  expect(lease.attempt).toBe(2);
  good.send({ released: { lease, kind: 'FAILURE_KIND_INFRASTRUCTURE', message: 'the disk is full' } });
  for (const i of [1, 2]) {
    const other = await good.assignment(i);
    expect(other.lease.attempt).toBe(2);
    await healthy.result(other.lease);
  }
  expect((await good.assignment(3)).lease).toMatchObject({ cell: lease.cell, attempt: 3 });
  expect((await client.getSweep({ name })).counts.failed).toBe(0);
});
