import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startCommand } from '../../support/cli-run.ts';
import { startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';
import { smallStudyYaml } from '../../support/studies.ts';

it('a sweep grows and shrinks while a worker is at it; the diff is shown first, and a restart knows all of it', async () => {
  await using cluster = await startCluster();
  const first = await cluster.startCoordinator();
  const { client } = first;
  const study = (configs: string[], seeds: number[]) => smallStudyYaml({ configs, seeds });
  const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml: study(['A', 'B'], [1]) });
  await using worker = startRawWorker(first.grpc);
  await using publisher = await connectPublisher(cluster.nats);
  const { lease: done } = await worker.assignment(0);
  await publisher.result(done);
  const { lease: running } = await worker.assignment(1);
  expect([done.cell, running.cell].sort()).toEqual([0, 1]);

  const file = join(cluster.folder, 'edited.yaml');
  await writeFile(file, study(['A', 'D'], [1, 2]));
  const command = ['--coordinator', first.grpc, 'edit', name, file];
  const shown = await startCommand(command).ended;
  expect(shown.out).toContain('+ config=D  (2 seeds)');
  expect(shown.out).toContain('3 cells are added, 1 stay.');
  expect(shown.out).toContain(
    running.cell === 1
      ? '0 that wait are withdrawn, 1 that run finish, 0 that have ended keep their results.'
      : '0 that wait are withdrawn, 0 that run finish, 1 that have ended keep their results.',
  );
  expect((await client.getSweep({ name })).counts.total).toBe(2);

  const { out } = await startCommand([...command, '--yes', '--cancel-running', '--json']).ended;
  expect(JSON.parse(out)).toMatchObject({ cellsAdded: 3, cellsKept: 1, sweep: { counts: { pending: 3 } } });
  if (running.cell === 1)
    await eventually('the order to stop', () => worker.stopped.includes(running.leaseId) || undefined);

  const trials = async (from = client) =>
    (await from.listTrials({ parent: name })).trials.map(
      ({ cell, levels, seed, state }: { cell: number; levels: { label: string }[]; seed: number; state: string }) =>
        `${cell} ${levels[0]?.label}@${seed} ${state.replace('TRIAL_STATE_', '').toLowerCase()}`,
    );
  const before = await trials();
  expect(before.map((line: string) => line.replace(/ \w+$/, ''))).toEqual([
    '0 A@1',
    '1 B@1',
    '2 A@2',
    '3 B@2',
    '5 D@1',
    '7 D@2',
  ]);
  expect(before[3]).toBe('3 B@2 cancelled');

  await first.stop();
  const second = await cluster.startCoordinator();
  expect((await trials(second.client)).filter((line: string) => !line.includes('leased'))).toEqual(
    before.filter((line: string) => !line.includes('leased')),
  );
  await expect(
    second.client.editSweep({
      requestId: randomUUID(),
      name,
      studyYaml: study(['A'], [1]).replace('trainImages: 128', 'trainImages: 64'),
    }),
  ).rejects.toMatchObject({ details: expect.stringContaining('keep their parameters, got trainImages = 64') });
});
