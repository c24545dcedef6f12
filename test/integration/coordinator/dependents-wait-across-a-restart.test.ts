import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startCommand } from '../../support/cli-run.ts';
import { startCluster } from '../../support/cluster.ts';
import { rowsYaml } from '../../support/dependent-studies.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';

it('what starts from the weights of a trial begins after it, is blocked by its failure, and runs when that was mended', async () => {
  await using cluster = await startCluster();
  await using publisher = await connectPublisher(cluster.nats);
  const first = await cluster.startCoordinator();
  const studyYaml = rowsYaml([
    { label: 'end', initialWeights: 'base' },
    { label: 'base', saveWeightsAs: 'base' },
  ]);
  const { name } = await first.client.submitSweep({ requestId: randomUUID(), studyYaml });
  {
    await using worker = startRawWorker(first.grpc, { slots: 4 });
    const given = [await worker.assignment(0), await worker.assignment(1)];
    // Cells 0 and 2 are the dependents, 1 and 3 what they depend on, of seeds 1 and 2.
    expect(given.map(({ lease }) => lease.cell)).toEqual([1, 3]);
    expect((await first.client.getTrial({ name: `${name}/trials/2` })).waitingReason).toBe(
      'waits for cell 3 (row=base seed 2), from whose weights it starts',
    );
    expect(worker.assignments).toHaveLength(2);
    await first.stop();
    await publisher.result(given[0]?.lease as (typeof given)[0]['lease']);
    await publisher.failure(given[1]?.lease as (typeof given)[0]['lease'], { failure: 'diverged', message: 'NaN' });
  }

  const second = await cluster.startCoordinator();
  await eventually('both records to be settled', async () => {
    const { counts } = await second.client.getSweep({ name });
    return counts.succeeded + counts.failed === 2 ? true : undefined;
  });
  await using worker = startRawWorker(second.grpc, { slots: 4 });
  const end = await worker.assignment(0);
  expect(end.lease).toMatchObject({ cell: 0, attempt: 1 });
  await publisher.result(end.lease);
  const sweep = (state: string) =>
    eventually(`the sweep to be ${state}`, async () => {
      const found = await second.client.getSweep({ name });
      return found.state === `SWEEP_STATE_${state}` ? found : undefined;
    });
  expect((await sweep('COMPLETED')).counts).toMatchObject({ succeeded: 2, failed: 1, blocked: 1, pending: 0 });
  expect(worker.assignments).toHaveLength(1);
  worker.drop();

  const run = (...args: string[]) => startCommand(['--coordinator', second.grpc, ...args]).ended;
  const id = name.replace('sweeps/', '');
  expect((await run('why', id, '2')).out).toContain(
    `blocked: it starts from the weights of cell 3 (row=base seed 2), which has failed (diverged); \`tickwork retry ${id} --failed\` tries both`,
  );
  expect((await run('trials', id, '--state', 'blocked', '--json')).out).toContain('"cell": 2');
  expect((await run('table', id)).out).toContain('n = 1/2, 1 blocked.');
  expect(await run('watch', id)).toMatchObject({ code: 1 });

  await using later = startRawWorker(second.grpc);
  await second.client.retryFailed({ requestId: randomUUID(), name, kinds: [] });
  const again = await later.assignment(0);
  expect(again.lease).toMatchObject({ cell: 3, attempt: 2 });
  await publisher.result(again.lease);
  const last = await later.assignment(1);
  expect(last.lease).toMatchObject({ cell: 2, attempt: 1 });
  await publisher.result(last.lease);
  expect((await sweep('COMPLETED')).counts).toMatchObject({ succeeded: 4, failed: 0, blocked: 0 });
});
