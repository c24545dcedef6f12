import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';
import { spaceStudyYaml } from '../../support/studies.ts';

type Trial = { readonly parameters: Readonly<Record<string, number>>; readonly seed: number };

/** Works off `count` assignments, each with the value that `measure` gives its trial. */
async function workOff(
  cluster: Cluster,
  address: string,
  count: number,
  measure: (trial: Trial) => number,
): Promise<void> {
  await using publisher = await connectPublisher(cluster.nats);
  await using worker = startRawWorker(address, { slots: 4 });
  worker.keepBeating(() => worker.assignments.map(({ lease }) => lease));
  for (let i = 0; i < count; i++) {
    const { lease, trialJson } = await worker.assignment(i);
    const id = await publisher.result(lease, { metrics: { testError: measure(JSON.parse(trialJson) as Trial) } });
    await worker.receipt(id);
  }
}

it('a coarse-to-fine search draws its next stage from committed results, tells why, and its table has all stages', async () => {
  await using cluster = await startCluster();
  const { client, grpc } = await cluster.startCoordinator();
  const stages = [
    { samples: 6, parameters: { trainEpochs: 1 } },
    { samples: 3, parameters: { trainEpochs: 2 } },
  ];
  const factors = { learningRate: { logUniform: [1e-5, 0.1] } };
  const studyYaml = spaceStudyYaml({ factors, extra: { sampler: { coarseToFine: { stages, keep: 2, seed: 1 } } } });
  expect(await client.planSweep({ studyYaml })).toMatchObject({ cells: 6, configurationsToDraw: 3 });
  const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml });
  await workOff(cluster, grpc, 9, ({ parameters }) => Math.abs(Math.log10(parameters['learningRate'] as number) + 3));

  const sweep = await eventually('the end of the search', async () => {
    const found = await client.getSweep({ name });
    return found.state === 'SWEEP_STATE_COMPLETED' ? found : undefined;
  });
  expect(sweep).toMatchObject({ counts: { total: 9, succeeded: 9 }, configurationsToDraw: 0 });
  expect(sweep.decisions).toHaveLength(1);
  expect(sweep.decisions[0].reason).toMatch(/^Stage 2 of 2: 3 configurations around the best 2 of 6 by testError/);
  const table = await client.getTable({ parent: name, groupBy: ['stage'] });
  expect(table.complete).toBe(true);
  expect(table.rows.map(({ levels, n }: { levels: { label: string }[]; n: number }) => [levels[0]?.label, n])).toEqual([
    ['1', 6],
    ['2', 3],
  ]);
  expect(table.rows[1].aggregates[0].mean).toBeLessThan(table.rows[0].aggregates[0].mean);
});

it('the table of an ablation tells each row its difference from base, paired by seed', async () => {
  await using cluster = await startCluster();
  const { client, grpc } = await cluster.startCoordinator();
  const ablation = { components: { dropout: { with: 0.5, without: 0 }, momentum: { with: 0.9, without: 0 } } };
  const { name } = await client.submitSweep({
    requestId: randomUUID(),
    studyYaml: spaceStudyYaml({ seeds: [1, 2, 3], extra: { ablation } }),
  });
  // What a seed adds is the same in every row; dropout is worth 2, momentum 5.
  await workOff(
    cluster,
    grpc,
    9,
    ({ parameters: { dropout, momentum }, seed }) => 10 * seed + (dropout === 0 ? 2 : 0) + (momentum === 0 ? 5 : 0),
  );
  const table = await eventually('all results', async () => {
    const found = await client.getTable({ parent: name });
    return found.complete ? found : undefined;
  });
  expect(table.rows).toMatchObject([
    { isBase: true, differences: [], paired: [] },
    {
      isBase: false,
      differences: [{ factor: 'dropout', base: '0.5', label: '0' }],
      paired: [{ n: 3, mean: 2, std: 0 }],
    },
    {
      isBase: false,
      differences: [{ factor: 'momentum', base: '0.9', label: '0' }],
      paired: [{ n: 3, mean: 5, std: 0 }],
    },
  ]);
});
