import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startNatsServer } from '../../support/nats-server.ts';
import SCRIPTS from '../../support/scripted-trials.json' with { type: 'json' };
import { smallStudyYaml } from '../../support/studies.ts';

const FREE_PORTS = { grpcPort: 0, httpPort: 0 };

describe('a second coordinator', () => {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(() => cluster?.[Symbol.asyncDispose]());

  const studyYaml = smallStudyYaml({ configs: ['A'], seeds: [SCRIPTS.succeed] });
  const submission = () => ({ requestId: randomUUID(), studyYaml });

  it('on the same state directory is refused, and the first goes on', async () => {
    const first = await cluster.startCoordinator();
    await expect(cluster.startCoordinator(FREE_PORTS)).rejects.toMatchObject({ code: 'STATE_DIRECTORY_IN_USE' });
    expect(await first.client.submitSweep(submission())).toMatchObject({ name: 'sweeps/small-1' });
  });

  it('in the same namespace takes over; the first is stopped by the log at its next word and commits nothing', async () => {
    const first = await cluster.startCoordinator();
    await first.client.submitSweep(submission());
    const second = await cluster.startCoordinator({ ...FREE_PORTS, stateDir: join(cluster.folder, 'second') });
    await expect(first.client.submitSweep(submission())).rejects.toMatchObject({ code: 14 });
    await expect(first.ended).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
    const { sweeps } = await second.client.listSweeps({});
    expect(sweeps.map((sweep: { name: string }) => sweep.name)).toEqual(['sweeps/small-1']);
    expect(await second.client.getStatus({})).toMatchObject({ epoch: 2 });
  });

  it('in the same namespace takes over; the first learns of it though it has nothing to say', async () => {
    const first = await cluster.startCoordinator({ leadershipLeaseMs: 1_000 });
    await cluster.startCoordinator({ ...FREE_PORTS, stateDir: join(cluster.folder, 'second') });
    await expect(first.ended).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
  });

  it('with a state directory of another cluster is refused', async () => {
    const first = await cluster.startCoordinator();
    const { name } = await first.client.submitSweep(submission());
    cluster.startWorker('one');
    await eventually('the sweep to be complete', async () =>
      (await first.client.getSweep({ name })).state === 'SWEEP_STATE_COMPLETED' ? true : undefined,
    );
    await first.stop();
    await expect(cluster.startCoordinator({ ...FREE_PORTS, namespace: 'other' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
    const again = await cluster.startCoordinator(FREE_PORTS);
    expect(await again.client.getTable({ parent: name })).toMatchObject({ complete: true });
  });
});

describe('a coordinator that cannot start', () => {
  it('says which NATS does not answer, and leaves its state directory free', async () => {
    await using cluster = await startCluster();
    const gone = await startNatsServer();
    const { url } = gone;
    await gone[Symbol.asyncDispose]();
    const start = cluster.startCoordinator({ natsServers: [url] });
    await expect(start).rejects.toMatchObject({
      code: 'NATS_UNREACHABLE',
      message: expect.stringContaining(url) as string,
    });
    await cluster.startCoordinator();
  });

  it('says which port is taken, and leaves everything free', async () => {
    await using cluster = await startCluster();
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = blocker.address() as { port: number };
      for (const taken of [{ grpcPort: port }, { httpPort: port }]) {
        await expect(cluster.startCoordinator(taken)).rejects.toMatchObject({
          code: 'CONFIG_INVALID',
          message: expect.stringContaining(`127.0.0.1:${port}`) as string,
        });
      }
    } finally {
      blocker.close();
    }
    await cluster.startCoordinator();
  });
});
