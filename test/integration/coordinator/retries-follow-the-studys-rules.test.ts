import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';
import { smallStudyYaml } from '../../support/studies.ts';

it('each kind of failure is tried again as often as the study says, and a restart forgets none of it', async () => {
  await using cluster = await startCluster();
  await using publisher = await connectPublisher(cluster.nats);
  const first = await cluster.startCoordinator();
  const { name } = await first.client.submitSweep({
    requestId: randomUUID(),
    studyYaml: smallStudyYaml({
      configs: ['A'],
      extra: 'maxAttempts: 2\nretries: { diverged: 1, timed_out: 0, infrastructure: 2 }\n',
    }),
  });
  const state = async (client: typeof first.client) => (await client.getTrial({ name: `${name}/trials/0` })).state;
  const failed = (client: typeof first.client) =>
    eventually('the trial to fail', async () => ((await state(client)) === 'TRIAL_STATE_FAILED' ? true : undefined));
  const again = (client: typeof first.client) =>
    client.retryFailed({ requestId: randomUUID(), name, kinds: ['FAILURE_KIND_DIVERGED', 'FAILURE_KIND_TIMED_OUT'] });

  // It has nothing to do, and says so: a silent worker is given nothing.
  const assignment = (worker: ReturnType<typeof startRawWorker>, n: number) =>
    eventually(`assignment ${n}`, () => {
      worker.beat();
      return worker.assignments[n];
    });

  await using before = startRawWorker(first.grpc);
  // More losses than maxAttempts: each kind that has a rule is counted by itself.
  for (const [i, failure] of (['infrastructure', 'diverged', 'infrastructure'] as const).entries()) {
    const { lease } = await assignment(before, i);
    expect(lease.attempt).toBe(i + 1);
    await before.receipt(await publisher.failure(lease, { failure }));
  }
  expect((await assignment(before, 3)).lease.attempt).toBe(4);
  before.drop();
  await first.stop();

  const second = await cluster.startCoordinator();
  await using worker = startRawWorker(second.grpc);
  // The lease of the attempt that nobody runs any more is lost, which is nobody's fault.
  const fourth = await assignment(worker, 0);
  await publisher.failure(fourth.lease, { failure: 'diverged' });
  await failed(second.client);

  // One that was asked for begins anew.
  await again(second.client);
  await publisher.failure((await assignment(worker, 1)).lease, { failure: 'diverged' });
  await publisher.failure((await assignment(worker, 2)).lease, { failure: 'timed_out' });
  await failed(second.client);
  await again(second.client);
  await publisher.result((await assignment(worker, 3)).lease);
  await eventually('the result', async () =>
    (await state(second.client)) === 'TRIAL_STATE_SUCCEEDED' ? true : undefined,
  );
});
