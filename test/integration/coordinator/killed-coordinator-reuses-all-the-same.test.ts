import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { compileSources } from '../../support/compiled-sources.ts';
import { coordinatorProcesses } from '../../support/coordinator-process.ts';
import { eventually } from '../../support/eventually.ts';
import SCRIPTS from '../../support/scripted-trials.json' with { type: 'json' };
import { smallStudyYaml } from '../../support/studies.ts';

const KNOWN = 1_200;
const MORE = 12;

let compiled: Awaited<ReturnType<typeof compileSources>>;
beforeAll(async () => {
  compiled = await compileSources();
});
afterAll(async () => compiled?.[Symbol.asyncDispose]());

it('a coordinator that is killed while results are reused gives each cell its result once, and trains no such cell', async () => {
  await using cluster = await startCluster();
  const start = coordinatorProcesses(compiled.dist, cluster);
  const studyYaml = (name: string, cells: number, extra = '') =>
    smallStudyYaml({
      ...{ name, configs: ['A'], seeds: [SCRIPTS.succeed] },
      extra: `  learningRate: [${Array.from({ length: cells }, (_, i) => (i + 1) / 1e5).join(', ')}]\n${extra}`,
    });
  const countsOf = async (name: string) => (await coordinator.client.getSweep({ name })).counts;
  const has = (name: string, what: 'succeeded' | 'reused', least: number) =>
    eventually(`${least} ${what}`, async () => {
      const counts = await countsOf(name);
      return counts[what] >= least ? counts : undefined;
    });

  let coordinator = await start();
  cluster.startWorker('one', { coordinator: coordinator.grpc, slots: 2 });
  const submit = async (yaml: string): Promise<string> =>
    (await coordinator.client.submitSweep({ requestId: randomUUID(), studyYaml: yaml })).name;
  await has(await submit(studyYaml('first', KNOWN)), 'succeeded', KNOWN);

  const second = await submit(studyYaml('second', KNOWN + MORE, 'reuse: true\n'));
  // At once, with some of them in the table, and when most of them are.
  for (const least of [0, 1, KNOWN / 2]) {
    await has(second, 'reused', least);
    await coordinator.kill('SIGKILL');
    coordinator = await start();
  }
  const total = KNOWN + MORE;
  expect(await has(second, 'succeeded', total)).toMatchObject({ total, succeeded: total, reused: KNOWN, failed: 0 });
  const attempts: number[] = [];
  for (let pageToken = '', more = true; more; more = pageToken !== '') {
    const page = await coordinator.client.listTrials({ parent: second, pageSize: 1000, pageToken });
    attempts.push(...page.trials.map(({ attempt }: { attempt: number }) => attempt));
    pageToken = page.nextPageToken;
  }
  expect(attempts.slice(0, KNOWN).every((attempt) => attempt === 0)).toBe(true);
  expect(attempts.slice(KNOWN).every((attempt) => attempt > 0)).toBe(true);
  const status = await coordinator.client.getStatus({});
  expect(status).toMatchObject({ epoch: 4, resultsCommitted: KNOWN + total, resultsQuarantined: 0 });
  expect(await coordinator.kill('SIGTERM')).toBe(0);
});
