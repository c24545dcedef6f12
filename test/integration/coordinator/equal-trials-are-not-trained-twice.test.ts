import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../../../chaos/network/free-port.ts';
import type { ResultRecord } from '../../../proto/records.ts';
import { type Cluster, type RunningCoordinator, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';
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

async function metricOf({ http }: RunningCoordinator, series: string): Promise<number> {
  const body = await (await fetch(new URL('/metrics', http))).text();
  const line = body.split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1));
}

const leasesGranted = (coordinator: RunningCoordinator) => metricOf(coordinator, 'tickwork_leases_granted_total');

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
  expect(await metricOf(coordinator, 'tickwork_results_reused_total')).toBe(4);

  // Who does not ask for it trains.
  const fourth = await submit(coordinator, studyYaml('fourth', [0.03]));
  expect((await completed(coordinator, fourth)).counts).toMatchObject({ reused: 0 });
  expect(await leasesGranted(coordinator)).toBe(7);
});

it('cells that a sweep gets later are given what is known: by an edit, and by a program that asks', async () => {
  const coordinator = await cluster.startCoordinator();
  const { client } = coordinator;
  cluster.startWorker('one', { slots: 2 });
  const first = await submit(coordinator, studyYaml('first', [0.01, 0.02, 0.03]));
  await completed(coordinator, first);

  const grown = await submit(coordinator, studyYaml('grown', [0.01, 0.5]), { reuse: true });
  await completed(coordinator, grown);
  const edited = studyYaml('grown', [0.5, 0.02, 0.6]);
  await client.editSweep({ requestId: randomUUID(), name: grown, studyYaml: edited });
  await eventually('the cells that were added', async () =>
    (await client.getSweep({ name: grown })).counts.succeeded === 4 ? true : undefined,
  );
  expect((await client.getSweep({ name: grown })).counts).toMatchObject({ total: 4, succeeded: 4, reused: 2 });
  const from = (await trialsOf(coordinator, grown)).map(({ reusedFrom }: never) => reusedFrom);
  expect(from.sort()).toEqual(['', '', `${first}/trials/0`, `${first}/trials/1`]);

  const asking = smallStudyYaml({ name: 'asking', configs: ['A'], seeds: [SCRIPTS.tellLearningRate] }).replace(
    'factors:\n  config: [A]\n',
    '  config: A\nfactors:\n  learningRate: { uniform: [0.001, 1] }\nsampler: { ask: { samples: 5 } }\nreuse: true\n',
  );
  const search = await submit(coordinator, asking);
  const ask = (learningRate: number) =>
    client.ask({ parent: search, requestId: randomUUID(), parametersJson: JSON.stringify({ learningRate }) });
  const before = await leasesGranted(coordinator);
  await ask(0.03);
  await ask(0.7);
  const outcomes = new Map<number, { reusedFrom: string; metrics: { name: string; value: number }[] }>();
  const points: number[] = [];
  for await (const message of client.stream('watchOutcomes', { parent: search, minIntervalMs: 20 })) {
    for (const trial of message.ended) outcomes.set(trial.cell, trial);
    for (const { cell } of message.reports) points.push(cell);
    if (outcomes.size === 2) break;
  }
  expect(outcomes.get(0)).toMatchObject({ attempt: 0, reusedFrom: `${first}/trials/2` });
  expect(outcomes.get(0)?.metrics.find(({ name }) => name === 'testError')?.value).toBe(3);
  expect(outcomes.get(1)).toMatchObject({ attempt: 1, reusedFrom: '' });
  expect(points.sort()).toEqual([0, 1]);
  expect(await leasesGranted(coordinator)).toBe(before + 1);
});

it('a random search that draws a known configuration is given its result', async () => {
  const coordinator = await cluster.startCoordinator();
  cluster.startWorker('one', { slots: 2 });
  const drawing = (name: string, samples: number, extra: string) =>
    studyYaml(
      name,
      [0.01, 0.02, 0.03, 0.04, 0.05, 0.06],
      `sampler: { random: { samples: ${samples}, seed: 7 } }\n${extra}`,
    );
  await completed(coordinator, await submit(coordinator, drawing('first', 3, '')));
  // The same draws, and further ones.
  const again = await submit(coordinator, drawing('again', 6, 'reuse: true\n'));
  const { counts } = await completed(coordinator, again);
  expect(counts.reused).toBeGreaterThanOrEqual(3);
  expect(await leasesGranted(coordinator)).toBe(3 + counts.total - counts.reused);
});

it('a worker that runs a cell which is given a result is told to stop, and cancelled sweeps stay as they are', async () => {
  const coordinator = await cluster.startCoordinator();
  const { client } = coordinator;
  await using publisher = await connectPublisher(cluster.nats);
  await using worker = startRawWorker(coordinator.grpc, { slots: 9 });
  worker.keepBeating(() => worker.assignments.map(({ lease }) => lease));
  /** The one that it was given of a cell. */
  const leaseOf = (name: string, cell: number) =>
    eventually(
      `a lease of ${name}/${cell}`,
      () => worker.assignments.find(({ lease }) => lease.sweep === name && lease.cell === cell)?.lease,
    );
  const first = await submit(coordinator, studyYaml('first', [0.01]));
  await publisher.result(await leaseOf(first, 0), { metrics: { testError: 1 } });
  await completed(coordinator, first);
  const reused: ResultRecord = {
    ...{ kind: 'result', sweepId: 'second-1', cell: 0, attempt: 0, leaseId: 'reused', epoch: 1, worker: 'w' },
    ...{ reusedFrom: { sweepId: 'first-1', cell: 0, attempt: 1 }, metrics: { testError: 1 } },
    ...{ provenance: {}, durationMs: 1, endedAt: 0 },
  };

  const second = await submit(coordinator, studyYaml('second', [0.01]));
  await leaseOf(second, 0);
  await publisher.publish(reused);
  await eventually('the word on a sweep that reuses nothing', async () =>
    (await metricOf(coordinator, 'tickwork_records_settled_total{disposition="superseded"}')) === 1 ? true : undefined,
  );
  expect((await client.getSweep({ name: second })).counts).toMatchObject({ succeeded: 0, reused: 0 });

  const third = await submit(coordinator, studyYaml('third', [0.01, 0.03], 'reuse: true\n'));
  await leaseOf(third, 1);
  await client.cancelSweep({ requestId: randomUUID(), name: third });
  expect((await client.getSweep({ name: third })).counts).toMatchObject({ succeeded: 1, reused: 1, cancelled: 1 });

  // Nothing was there when it began; when there is, its worker is at it.
  const fourth = await submit(coordinator, studyYaml('fourth', [0.05], 'reuse: true\n'));
  const own = await leaseOf(fourth, 0);
  worker.send({ started: { lease: own } });
  const fifth = await submit(coordinator, studyYaml('fifth', [0.05]));
  await publisher.result(await leaseOf(fifth, 0), { metrics: { testError: 5 } });
  await completed(coordinator, fifth);
  const from = { sweepId: 'fifth-1', cell: 0, attempt: 1 };
  await publisher.publish({ ...reused, sweepId: 'fourth-1', metrics: { testError: 5 }, reusedFrom: from });
  await eventually('the order to stop', () => (worker.stopped.includes(own.leaseId) ? true : undefined));
  expect((await completed(coordinator, fourth)).counts).toMatchObject({ succeeded: 1, reused: 1 });
});

it('failed trials that are retried are looked up once more', async () => {
  const coordinator = await cluster.startCoordinator();
  await using publisher = await connectPublisher(cluster.nats);
  await using worker = startRawWorker(coordinator.grpc, { slots: 2 });
  worker.keepBeating(() => worker.assignments.map(({ lease }) => lease));
  const second = await submit(coordinator, studyYaml('second', [0.01], 'reuse: true\n'));
  await publisher.failure((await worker.assignment(0)).lease, { failure: 'diverged', message: 'NaN' });
  expect((await completed(coordinator, second)).counts).toMatchObject({ failed: 1 });
  const first = await submit(coordinator, studyYaml('first', [0.01]));
  await publisher.result((await worker.assignment(1)).lease);
  await completed(coordinator, first);
  await coordinator.client.retryFailed({ requestId: randomUUID(), name: second, kinds: [] });
  await eventually('the result', async () =>
    (await coordinator.client.getSweep({ name: second })).counts.reused === 1 ? true : undefined,
  );
  expect(worker.assignments).toHaveLength(2);
  const [trial] = await trialsOf(coordinator, second);
  expect(trial).toMatchObject({ attempt: 0, reusedFrom: `${first}/trials/0`, failureMessage: '' });
});

it('a standby that takes over has what was reused', async () => {
  const lease = { leadershipLeaseMs: 1_000 };
  const leader = await cluster.startCoordinator(lease);
  const port = await freePort();
  const standingBy = cluster.startCoordinator({
    ...lease,
    ...{ grpcPort: port, httpPort: 0, stateDir: join(cluster.folder, 'second'), standby: true },
  });
  cluster.startWorker('one', { coordinator: `${leader.grpc},127.0.0.1:${port}`, slots: 2 });
  const first = await submit(leader, studyYaml('first', [0.01, 0.02, 0.03, 0.04]));
  await completed(leader, first);
  const second = await submit(leader, studyYaml('second', [0.03, 0.04, 0.05], 'reuse: true\n'));
  await completed(leader, second);
  const kept = async (coordinator: RunningCoordinator) => [
    await trialsOf(coordinator, second),
    (await coordinator.client.getTable({ parent: second })).rows,
    (await coordinator.client.getSweep({ name: second })).counts,
  ];
  const before = await kept(leader);
  await leader.stop();
  const next = await standingBy;
  expect(await kept(next)).toEqual(before);
  expect(await next.client.getStatus({})).toMatchObject({ epoch: 2, resultsCommitted: 7, resultsQuarantined: 0 });
  // And goes on giving it.
  const third = await submit(next, studyYaml('third', [0.01, 0.05], 'reuse: true\n'));
  expect((await completed(next, third)).counts).toMatchObject({ succeeded: 2, reused: 2 });
});
