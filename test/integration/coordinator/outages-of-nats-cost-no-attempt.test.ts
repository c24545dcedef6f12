import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';
import { smallStudyYaml } from '../../support/studies.ts';

const ONE_CELL = smallStudyYaml({ configs: ['A'] });
const LEASE_MS = 600;

async function withSweep(cluster: Cluster) {
  const coordinator = await cluster.startCoordinator({ leaseDurationMs: LEASE_MS });
  const { client } = coordinator;
  const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml: ONE_CELL });
  return {
    ...coordinator,
    name,
    trial: async () => (await client.listTrials({ parent: name })).trials[0],
    isRunning: () =>
      eventually('a running trial', async () =>
        (await client.getSweep({ name })).counts.running === 1 ? true : undefined,
      ),
  };
}

/** Time is what these tests are about: a lease must have had the chance to expire. */
const leases = (n: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, n * LEASE_MS));

describe('an outage of NATS', () => {
  it('ends no lease of a living worker; what was said meanwhile takes effect afterwards', async () => {
    await using cluster = await startCluster();
    const { grpc, name, client, trial, isRunning } = await withSweep(cluster);
    await using worker = startRawWorker(grpc);
    const { lease } = await worker.assignment(0);
    worker.keepBeating(() => [lease]);
    await cluster.nats.kill();
    worker.send({ started: { lease } });
    await leases(3);
    expect(await trial()).toMatchObject({ state: 'TRIAL_STATE_LEASED', attempt: 1 });
    await cluster.nats.restart();
    await isRunning();
    await using publisher = await connectPublisher(cluster.nats);
    expect(await worker.receipt(await publisher.result(lease))).toBe('DISPOSITION_COMMITTED');
    expect(await client.getSweep({ name })).toMatchObject({ state: 'SWEEP_STATE_COMPLETED' });
    expect(await trial()).toMatchObject({ attempt: 1 });
  });

  it('costs no lease of a worker that fell silent with it and came back before it', async () => {
    await using cluster = await startCluster();
    const { grpc, trial, isRunning } = await withSweep(cluster);
    await using worker = startRawWorker(grpc);
    const { lease } = await worker.assignment(0);
    await cluster.nats.kill();
    // Who can tell which of the two was cut off?
    await leases(2);
    worker.keepBeating(() => [lease]);
    await leases(0.5);
    await cluster.nats.restart();
    worker.send({ started: { lease } });
    await isRunning();
    expect(await trial()).toMatchObject({ attempt: 1 });
    expect(worker.stopped).toEqual([]);
  });

  it('does not keep a coordinator from stopping, and nothing that was accepted is lost', async () => {
    await using cluster = await startCluster();
    const { client, name, stop } = await withSweep(cluster);
    await cluster.nats.kill();
    const refused = expect(client.submitSweep({ requestId: randomUUID(), studyYaml: ONE_CELL })).rejects.toMatchObject({
      code: status.UNAVAILABLE,
    });
    await stop();
    await refused;
    await cluster.nats.restart();
    const again = await cluster.startCoordinator();
    // The channel may still be waiting to dial again.
    const sweep = await eventually('an answer', () => again.client.getSweep({ name }).catch(() => undefined));
    expect(sweep).toMatchObject({ state: 'SWEEP_STATE_ACTIVE' });
  });
});
