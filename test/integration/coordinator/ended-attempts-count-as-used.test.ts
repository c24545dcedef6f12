import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { smallStudyYaml } from '../../support/studies.ts';

type Cluster = Awaited<ReturnType<typeof startCluster>>;
type Client = Awaited<ReturnType<Cluster['startCoordinator']>>['client'];
type Worker = ReturnType<typeof startRawWorker>;
type Lease = Awaited<ReturnType<Worker['assignment']>>['lease'];

const withdraw = (client: Client, name: string, cancelRunning: boolean) =>
  client.editSweep({ requestId: randomUUID(), name, studyYaml: smallStudyYaml({ configs: ['B'] }), cancelRunning });

it.each<[string, (client: Client, name: string, worker: Worker, lease: Lease) => Promise<unknown>]>([
  ['its sweep is cancelled', (client, name) => client.cancelSweep({ requestId: randomUUID(), name })],
  ['an edit ends it', (client, name) => withdraw(client, name, true)],
  [
    'its worker gives it back after an edit has taken its cell away',
    async (client, name, worker, lease) => {
      await withdraw(client, name, false);
      worker.send({ released: { lease, kind: 'FAILURE_KIND_PREEMPTED', message: 'the worker ends' } });
    },
  ],
  [
    'its lease expires after an edit has taken its cell away',
    async (client, name, worker) => {
      await withdraw(client, name, false);
      worker.drop();
    },
  ],
])('the time of an attempt counts as used when %s', async (_, end) => {
  await using cluster = await startCluster();
  const { grpc, client } = await cluster.startCoordinator();
  const studyYaml = smallStudyYaml({ configs: ['A'] });
  const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml });
  await using worker = startRawWorker(grpc);
  const { lease } = await worker.assignment(0);
  worker.keepBeating(() => [lease]);
  // Nothing else shall run, and be counted.
  await client.pauseSweep({ requestId: randomUUID(), name });
  // The clock goes on in between.
  await sleep(20);
  expect((await client.getSweep({ name })).usedDeviceSeconds).toBe(0);
  await end(client, name, worker, lease);
  const used = await eventually('the time to be counted', async () => {
    const sweep = await client.getSweep({ name });
    return sweep.usedDeviceSeconds > 0 ? sweep.usedDeviceSeconds : undefined;
  });
  expect(used).toBeGreaterThan(0);
});
