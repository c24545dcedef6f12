import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

const studyYaml = spaceStudyYaml({
  factors: { learningRate: { logUniform: [1e-4, 1] } },
  extra: { sampler: { ask: { samples: 20 } } },
});

const ask = (parent: string, learningRate: number, requestId: string = randomUUID()) => ({
  parent,
  requestId,
  parametersJson: JSON.stringify({ learningRate }),
});

/** A worker that reports `rate · 100` after each of two train epochs and ends with it. */
async function startHonestWorker(cluster: Cluster, address: string) {
  const publisher = await connectPublisher(cluster.nats);
  const worker = startRawWorker(address, { slots: 2 });
  worker.keepBeating(() => worker.assignments.map(({ lease }) => lease));
  async function run(n: number): Promise<void> {
    const { lease, trialJson } = await worker.assignment(n);
    const testError = 100 * (JSON.parse(trialJson) as { parameters: { learningRate: number } }).parameters.learningRate;
    for (const trainEpoch of [1, 2]) await publisher.report(lease, { trainEpoch, metrics: { testError } });
    await publisher.result(lease, { metrics: { testError } });
  }
  return {
    run,
    worker,
    async [Symbol.asyncDispose]() {
      await worker[Symbol.asyncDispose]();
      await publisher[Symbol.asyncDispose]();
    },
  };
}

it('a program outside asks, watches and tells; a lost answer and a restarted coordinator give nothing twice', async () => {
  await using cluster = await startCluster();
  const first = await cluster.startCoordinator();
  const { name } = await first.client.submitSweep({ requestId: randomUUID(), studyYaml });
  expect(await first.client.getSweep({ name })).toMatchObject({ counts: { total: 0 }, search: 'ask' });

  const once = ask(name, 0.01, 'trial-0');
  const answer = await first.client.ask(once);
  expect(answer).toMatchObject({ known: false, trials: [{ cell: 0, seed: 1, state: 'TRIAL_STATE_PENDING' }] });
  await first.stop();

  const { client, grpc } = await cluster.startCoordinator();
  expect((await client.ask(once)).trials[0].name).toBe(answer.trials[0].name);
  expect(await client.ask(ask(name, 0.01))).toMatchObject({ known: true, trials: [{ cell: 0 }] });
  expect(await client.ask(ask(name, 0.5))).toMatchObject({ known: false, trials: [{ cell: 1 }] });
  await expect(client.ask(ask(name, 7))).rejects.toThrow(
    /parameters_json.learningRate: Expected learningRate to be a number/,
  );
  await expect(client.ask({ ...once, parametersJson: '[1' })).rejects.toThrow(/JSON object/);

  await using honest = await startHonestWorker(cluster, grpc);
  await honest.worker.assignment(1);
  const reports: number[][] = [];
  const ended = new Map<number, { state: string; metrics: { name: string; value: number }[] }>();
  const watching = (async () => {
    for await (const message of client.stream('watchOutcomes', { parent: name, minIntervalMs: 20 })) {
      for (const { cell, trainEpoch } of message.reports) reports.push([cell, trainEpoch]);
      for (const trial of message.ended) ended.set(trial.cell, trial);
    }
  })();
  await honest.run(0);
  await eventually('the end of cell 0', () => ended.get(0));
  expect(ended.get(0)).toMatchObject({ state: 'TRIAL_STATE_SUCCEEDED', metrics: [{ name: 'testError', value: 1 }] });

  const pruned = { name: `${name}/trials/1`, reason: 'worse than the median', trainEpoch: 1, value: 50 };
  expect(await client.tellPruned(pruned)).toMatchObject({
    state: 'TRIAL_STATE_STOPPED',
    stopReason: 'Pruned by the program that asked for it: worse than the median',
  });
  expect(await client.tellPruned(pruned)).toMatchObject({ state: 'TRIAL_STATE_STOPPED' });
  await eventually('the order to stop', () => (honest.worker.stopped.length === 1 ? true : undefined));
  await eventually('the end of cell 1', () => ended.get(1));

  expect(await client.endSearch({ requestId: 'end', name })).toMatchObject({ state: 'SWEEP_STATE_COMPLETED' });
  await watching;
  expect(reports).toEqual([
    [0, 1],
    [0, 2],
  ]);
  await expect(client.ask(ask(name, 0.2))).rejects.toThrow(/active sweep/);
  expect((await client.getTable({ parent: name })).rows).toHaveLength(2);
});
