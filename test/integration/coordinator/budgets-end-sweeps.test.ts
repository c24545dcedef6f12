import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startCommand } from '../../support/cli-run.ts';
import { startCluster } from '../../support/cluster.ts';
import { smallStudyYaml } from '../../support/studies.ts';

it('a sweep stops at its budget and says so; a raised one lets it go on; the plan then knows how long it takes', async () => {
  await using cluster = await startCluster();
  const { grpc } = await cluster.startCoordinator();
  cluster.startWorker('w');
  const run = (...args: string[]) => startCommand(['--coordinator', grpc, ...args]).ended;
  const study = async (extra: string) => {
    const file = join(cluster.folder, 'study.yaml');
    await writeFile(file, smallStudyYaml({ configs: ['A', 'B', 'C'], extra }));
    return file;
  };
  const limited = await study('budget: { cells: 2, wallHours: 5 }\n');
  expect((await run('plan', limited)).out).toContain('known once a trial of each of its networks has ended here');

  const submitted = await run('submit', limited, '--wait');
  expect(submitted).toMatchObject({ code: 1 });
  expect(submitted.out).toContain(
    'small-1 stopped by its budget: 2 of 3 trials succeeded (its 2 cells have been started)',
  );
  expect((await run('ls')).out).toMatch(/small-1 +over budget +2\/3/);
  const trials = JSON.parse((await run('trials', 'small-1', '--state', 'pending', '--json')).out) as {
    readonly trials: readonly { readonly cell: number }[];
  };
  const [waiting] = trials.trials;
  expect((await run('why', 'small-1', String(waiting?.cell))).out).toContain(
    'its 2 cells have been started; `tickwork edit`',
  );

  expect(await run('edit', 'small-1', await study(''), '--yes')).toMatchObject({ code: 0 });
  expect((await run('watch', 'small-1')).code).toBe(0);
  expect((await run('ls')).out).toMatch(/small-1 +completed +3\/3/);
  expect((await run('plan', limited)).out).toMatch(
    /About [\d.e-]+ device-hours at the measured speed: .* on the 1 connected slots\./,
  );
});
