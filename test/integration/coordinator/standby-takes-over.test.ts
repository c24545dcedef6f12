import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../chaos/network/free-port.ts';
import { natsNames } from '../../../proto/subjects.ts';
import { type Cluster, type RunningCoordinator, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { withStreams } from '../../support/nats-streams.ts';
import SCRIPTS from '../../support/scripted-trials.json' with { type: 'json' };
import { smallStudyYaml } from '../../support/studies.ts';

const CELLS = 6;
const LEASE = { leadershipLeaseMs: 1_000 };
const NAMES = natsNames('test');

const studyYaml = (seed: number): string =>
  smallStudyYaml({
    configs: ['A'],
    seeds: [seed],
    extra: `  learningRate: [${Array.from({ length: CELLS }, (_, i) => (i + 1) / 1000).join(', ')}]\n`,
  });

describe('a coordinator that stands by', () => {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(() => cluster?.[Symbol.asyncDispose]());

  async function done(coordinator: RunningCoordinator, name: string): Promise<void> {
    await eventually('the sweep to be complete', async () =>
      (await coordinator.client.getSweep({ name })).state === 'SWEEP_STATE_COMPLETED' ? true : undefined,
    );
  }

  const rowsOf = async (coordinator: RunningCoordinator, name: string): Promise<unknown> => {
    const { rows, complete } = await coordinator.client.getTable({ parent: name });
    const { trials } = await coordinator.client.listTrials({ parent: name });
    const { reports } = await coordinator.client.listReports({ parent: name });
    const kept = trials.map(({ cell, attempt, metrics }: Record<string, unknown>) => ({ cell, attempt, metrics }));
    return { rows, complete, kept, reports };
  };

  /** Results are whole before it leads; points of curves that it had not taken from the stream yet come after. */
  async function hasWhat(coordinator: RunningCoordinator, name: string, rows: unknown): Promise<void> {
    const { reports: _, ...results } = (await rowsOf(coordinator, name)) as { readonly reports: unknown };
    expect(rows).toMatchObject(results);
    await eventually('every point of every curve', async () =>
      isDeepStrictEqual(await rowsOf(coordinator, name), rows) ? true : undefined,
    );
  }

  const elsewhere = (folder: string) => ({ grpcPort: 0, httpPort: 0, stateDir: join(cluster.folder, folder) });

  it('leads when the leader ends, with every row on a disk of its own; workers with both addresses follow', async () => {
    const first = await cluster.startCoordinator(LEASE);
    const { name } = await first.client.submitSweep({ requestId: randomUUID(), studyYaml: studyYaml(SCRIPTS.succeed) });
    const port = await freePort();
    const standingBy = cluster.startCoordinator({ ...LEASE, ...elsewhere('second'), grpcPort: port, standby: true });
    cluster.startWorker('one', { coordinator: `${first.grpc},127.0.0.1:${port}`, slots: 2 });
    await done(first, name);
    const before = await rowsOf(first, name);
    await first.stop();

    const second = await standingBy;
    await hasWhat(second, name, before);
    expect(await second.client.getStatus({})).toMatchObject({ epoch: 2, resultsCommitted: CELLS });
    const again = await second.client.submitSweep({ requestId: randomUUID(), studyYaml: studyYaml(SCRIPTS.succeed) });
    await done(second, again.name);
  });

  it.each([
    ['notices soon', LEASE],
    ['reads on for a while before it notices', { leadershipLeaseMs: 10_000 }],
  ])(
    'that led before, was replaced and %s stands by again, and leads again with what it has missed',
    async (_, lease) => {
      const first = await cluster.startCoordinator({ ...lease, grpcPort: await freePort(), standby: true });
      const { name } = await first.client.submitSweep({
        requestId: randomUUID(),
        studyYaml: studyYaml(SCRIPTS.succeed),
      });
      const second = await cluster.startCoordinator({ ...lease, ...elsewhere('second') });
      cluster.startWorker('one', { coordinator: `${second.grpc},${first.grpc}`, slots: 2 });
      await done(second, name);
      const before = await rowsOf(second, name);
      await second.stop();
      const epoch = await eventually('the first to lead again', async () =>
        first.client.getStatus({}).then(
          (status: { epoch: number }) => (status.epoch > 2 ? status.epoch : undefined),
          () => undefined,
        ),
      );
      expect(epoch).toBe(3);
      await hasWhat(first, name, before);
    },
  );

  it('is refused where nobody has the rows any more', async () => {
    const first = await cluster.startCoordinator(LEASE);
    const { name } = await first.client.submitSweep({ requestId: randomUUID(), studyYaml: studyYaml(SCRIPTS.succeed) });
    const worker = cluster.startWorker('one', { slots: 2 });
    await done(first, name);
    await worker.stop();
    await first.stop();
    await withStreams(cluster.nats, (streams) => streams.delete(NAMES.recordStream));
    const empty = cluster.startCoordinator({ ...LEASE, ...elsewhere('empty') });
    await expect(empty).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const again = await cluster.startCoordinator(LEASE);
    expect(await again.client.getTable({ parent: name })).toMatchObject({ complete: true });
  });
});
