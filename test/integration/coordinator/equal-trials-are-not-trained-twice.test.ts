import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Cluster, type RunningCoordinator, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import SCRIPTS from '../../support/scripted-trials.json' with { type: 'json' };
import { smallStudyYaml } from '../../support/studies.ts';

let cluster: Cluster;
beforeEach(async () => {
  cluster = await startCluster();
});
afterEach(() => cluster?.[Symbol.asyncDispose]());

/** Trials whose test error tells their learning rate. */
const studyYaml = (name: string, learningRates: readonly number[], extra = ''): string =>
  smallStudyYaml({
    name,
    configs: ['A'],
    seeds: [SCRIPTS.tellLearningRate],
    extra: `  learningRate: [${learningRates.join(', ')}]\n${extra}`,
  });

async function submit({ client }: RunningCoordinator, yaml: string, more: object = {}): Promise<string> {
  return (await client.submitSweep({ requestId: randomUUID(), studyYaml: yaml, ...more })).name;
}

const completed = ({ client }: RunningCoordinator, name: string) =>
  eventually(`${name} to be complete`, async () => {
    const sweep = await client.getSweep({ name });
    return sweep.state === 'SWEEP_STATE_COMPLETED' ? sweep : undefined;
  });

async function leasesGranted({ http }: RunningCoordinator): Promise<number> {
  const body = await (await fetch(new URL('/metrics', http))).text();
  return Number(/^tickwork_leases_granted_total (\d+)$/m.exec(body)?.[1]);
}

const trialsOf = async ({ client }: RunningCoordinator, parent: string) => (await client.listTrials({ parent })).trials;

it('a sweep that overlaps another is given what it has, and trains the rest', async () => {
  const coordinator = await cluster.startCoordinator();
  cluster.startWorker('one', { slots: 2 });
  const first = await submit(coordinator, studyYaml('first', [0.01, 0.02, 0.03, 0.04]));
  await completed(coordinator, first);
  expect(await leasesGranted(coordinator)).toBe(4);

  const yaml = studyYaml('second', [0.03, 0.04, 0.05, 0.06], 'reuse: true\ntitle: Another\npriority: 3\n');
  expect(await coordinator.client.planSweep({ studyYaml: yaml })).toMatchObject({ cells: 4, reused: 2 });
  const second = await submit(coordinator, yaml);
  const { counts, reuse } = await completed(coordinator, second);
  expect({ counts, reuse }).toMatchObject({ counts: { total: 4, succeeded: 4, reused: 2 }, reuse: true });
  expect(await leasesGranted(coordinator)).toBe(6);

  const trials = await trialsOf(coordinator, second);
  expect(trials.map(({ attempt, reusedFrom }: never) => ({ attempt, reusedFrom }))).toEqual([
    { attempt: 0, reusedFrom: `${first}/trials/2` },
    { attempt: 0, reusedFrom: `${first}/trials/3` },
    { attempt: 1, reusedFrom: '' },
    { attempt: 1, reusedFrom: '' },
  ]);
  const originals = await trialsOf(coordinator, first);
  expect(trials[0]).toMatchObject({
    metrics: originals[2].metrics,
    provenanceJson: originals[2].provenanceJson,
    worker: 'one',
  });
  // Curves come along, and the table has the values that training would have given.
  const { reports } = await coordinator.client.listReports({ parent: `${second}/trials/0` });
  expect(reports).toHaveLength(1);
  const table = await coordinator.client.getTable({ parent: second });
  expect(table.rows.map(({ aggregates }: never) => (aggregates as { mean: number }[])[0]?.mean)).toEqual([3, 4, 5, 6]);
  expect(table.rows.map(({ counts: row }: never) => (row as { reused: number }).reused)).toEqual([1, 1, 0, 0]);

  // Of a third one all was trained before, in two places; what was reused is named by its origin, never by where it was reused.
  const third = await submit(coordinator, studyYaml('third', [0.03, 0.05]), { reuse: true });
  await completed(coordinator, third);
  const chain = await trialsOf(coordinator, third);
  expect(chain.map(({ reusedFrom }: never) => reusedFrom)).toEqual([`${first}/trials/2`, `${second}/trials/2`]);
  expect(await leasesGranted(coordinator)).toBe(6);
  const metrics = await (await fetch(new URL('/metrics', coordinator.http))).text();
  expect(metrics).toMatch(/^tickwork_results_reused_total 4$/m);

  // Who does not ask for it trains.
  const fourth = await submit(coordinator, studyYaml('fourth', [0.03]));
  expect((await completed(coordinator, fourth)).counts).toMatchObject({ reused: 0 });
  expect(await leasesGranted(coordinator)).toBe(7);
});
