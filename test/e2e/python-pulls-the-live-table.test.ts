import { expect, it } from 'vitest';
import { startLiveCluster } from '../support/live-cluster.ts';
import { pullRows, pythonWithGrpc } from '../support/python.ts';

const STUDY = `
study: pulled
seeds: [1, 2]
parameters:
  network: vgg8
  dataset: fashion-mnist
  trainImages: 256
  testImages: 100
  trainEpochs: 1
  batchSize: 64
  trainScale: 32
  testScale: 32
  learningRate: 0.02
factors:
  config: [A, A-LRN, B]
published:
  source: "Simonyan & Zisserman 2015, Table 3"
  values:
    top1Error: { title: paper top-1, unit: "%" }
  rows:
    - { config: A, top1Error: 29.6 }
    - { config: A-LRN, top1Error: 29.7 }
`;

it('a Python client with nothing but the .proto files reads the rows that the TypeScript client reads', async () => {
  const python = await pythonWithGrpc();
  await using cluster = await startLiveCluster({ workers: 1 });
  const name = await cluster.run(STUDY);

  const { rows } = await cluster.client.getTable({ parent: name });
  const expected = rows.map(({ levels, n, expected, aggregates, published }) => ({
    levels: Object.fromEntries(levels.map(({ factor, label }) => [factor, label])),
    n,
    expected,
    metrics: Object.fromEntries(aggregates.map(({ metric, mean, std }) => [metric, [mean ?? null, std ?? null]])),
    published: Object.fromEntries(published.map(({ metric, value }) => [metric, value])),
  }));
  expect(expected.map(({ levels, n, published }) => [levels['config'], n, published])).toEqual([
    ['A', 2, { top1Error: 29.6 }],
    ['A-LRN', 2, { top1Error: 29.7 }],
    ['B', 2, {}],
  ]);

  // Two pages and one: the coordinator's page tokens, from another language.
  expect(await pullRows(python, cluster.coordinator, name, 2)).toEqual(expected);
  expect(await pullRows(python, cluster.coordinator, name, 100)).toEqual(expected);
});
