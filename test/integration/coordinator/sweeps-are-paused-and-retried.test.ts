import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { smallStudyYaml } from '../../support/studies.ts';

it('a paused sweep waits and says so; failed trials run again when asked for', async () => {
  await using cluster = await startCluster();
  const first = await cluster.startCoordinator();
  const { name } = await first.client.submitSweep({
    requestId: randomUUID(),
    studyYaml: smallStudyYaml({ configs: ['A'], seeds: [1, 2], extra: 'maxAttempts: 1\n' }),
  });
  const paused = await first.client.pauseSweep({ requestId: randomUUID(), name });
  expect(paused).toMatchObject({ state: 'SWEEP_STATE_ACTIVE', paused: true });
  await using worker = startRawWorker(first.grpc);
  const waiting = async () => (await first.client.getTrial({ name: `${name}/trials/0` })).waitingReason;
  expect(await waiting()).toBe('the sweep is paused');
  expect((await first.client.resumeSweep({ requestId: randomUUID(), name })).paused).toBe(false);

  for (const i of [0, 1]) {
    const { lease } = await worker.assignment(i);
    worker.send({ released: { lease, kind: 'FAILURE_KIND_INFRASTRUCTURE', message: 'the disk is full' } });
  }
  const state = async (client = first.client) => await client.getSweep({ name });
  await eventually('both to fail', async () => (await state()).counts.failed === 2);
  expect(await state()).toMatchObject({ state: 'SWEEP_STATE_COMPLETED' });
  const none = await first.client.retryFailed({ requestId: randomUUID(), name, kinds: ['FAILURE_KIND_DIVERGED'] });
  expect(none).toMatchObject({ state: 'SWEEP_STATE_COMPLETED', counts: { failed: 2 } });
  const again = await first.client.retryFailed({ requestId: randomUUID(), name, kinds: [] });
  expect(again).toMatchObject({ state: 'SWEEP_STATE_ACTIVE', counts: { failed: 0 } });
  // It has nothing to do, and says so: a silent worker is given nothing.
  worker.beat();
  const { lease } = await worker.assignment(2);
  expect(lease).toMatchObject({ attempt: 2 });
});
