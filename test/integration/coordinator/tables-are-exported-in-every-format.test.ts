import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, type RunningCoordinator, startCluster } from '../../support/cluster.ts';
import { startRawWorker } from '../../support/raw-worker.ts';
import { connectPublisher } from '../../support/record-publisher.ts';

const STUDY = `study: export
title: "50% & more_ ^of #1 $x ~ {a} \\\\ | <b>"
seeds: [1, 2]
parameters: {network: vgg8, dataset: fashion-mnist, trainImages: 128, testImages: 64, trainEpochs: 1, batchSize: 32, trainScale: 28, testScale: 28, learningRate: 0.01}
factors:
  config:
    - {label: "=HYPERLINK(\\"http://evil\\")", config: A}
    - {label: "x \\\\pm \\\\input{secret}", config: B}
`;

let cluster: Cluster;
let coordinator: RunningCoordinator;
const parent = 'sweeps/export-1';

beforeAll(async () => {
  cluster = await startCluster();
  coordinator = await cluster.startCoordinator();
  await coordinator.client.submitSweep({ requestId: randomUUID(), studyYaml: STUDY });
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

async function exported(format: string, allowIncomplete = false) {
  const chunks: { data: Buffer; mediaType: string; fileName: string }[] = [];
  for await (const chunk of coordinator.client.stream('exportTable', {
    table: { parent },
    format: `TABLE_FORMAT_${format}`,
    allowIncomplete,
  }))
    chunks.push(chunk);
  const bytes = Buffer.concat(chunks.map(({ data }) => data));
  return { bytes, text: bytes.toString('utf8'), fileName: chunks[0]?.fileName, mediaType: chunks[0]?.mediaType };
}

describe('an incomplete table', () => {
  it.each(['CSV', 'MARKDOWN', 'LATEX', 'JSON', 'PARQUET'])(
    'is not exported as %s unless that is asked for, and then says so',
    async (format) => {
      await expect(exported(format)).rejects.toMatchObject({
        code: 9,
        details: expect.stringContaining('got 0 of 4') as string,
      });
      const { fileName, text } = await exported(format, true);
      expect(fileName).toMatch(/^export-1-incomplete\.\w+$/);
      if (format === 'MARKDOWN' || format === 'LATEX') expect(text).toMatch(/incomplete/i);
      if (format === 'JSON') expect(JSON.parse(text)).toMatchObject({ complete: false });
    },
  );
});

describe('a complete table', () => {
  beforeAll(async () => {
    await using publisher = await connectPublisher(cluster.nats);
    await using worker = startRawWorker(coordinator.grpc, { slots: 4 });
    worker.keepBeating(() => worker.assignments.map(({ lease }) => lease));
    for (let i = 0; i < 4; i++) {
      const { lease } = await worker.assignment(i);
      await publisher.report(lease, { trainEpoch: 1 });
      await publisher.report(lease, { trainEpoch: 2 });
      await publisher.result(lease);
      await worker.receipt(`export-1.${lease.cell}.1.result`);
    }
  });

  it('is CSV that no spreadsheet runs, in full precision', async () => {
    const { text, fileName, mediaType } = await exported('CSV');
    expect([fileName, mediaType]).toEqual(['export-1.csv', 'text/csv; charset=utf-8']);
    const [header, first, second] = text.split('\r\n');
    expect(header).toMatch(/^config,weight_layers,parameters,n,expected,/);
    // Cells 0 and 2 are the first row's: errors 10 and 12.
    expect(first).toMatch(/^"'=HYPERLINK\(""http:\/\/evil""\)",\d+,\d+,2,2,0,11,1\.4142135623730951,10,12,/);
    expect(second).toContain(',2,2,0,12,1.4142135623730951,11,13,');
  });

  it('is LaTeX in which text stays text', async () => {
    const { text } = await exported('LATEX');
    expect(text).toContain(
      '\\caption{50\\% \\& more\\_ \\textasciicircum{}of \\#1 \\$x \\textasciitilde{} \\{a\\} \\textbackslash{}',
    );
    expect(text).toContain('x \\textbackslash{}pm \\textbackslash{}input\\{secret\\} &');
    expect(text).toContain('$11.00 \\pm 1.41$');
    expect(text).toContain('\\toprule');
    expect(text).not.toMatch(/[^n]\\input\{/);
  });

  it('is Markdown in which text stays text', async () => {
    const { text } = await exported('MARKDOWN');
    expect(text).toContain('11.00 ± 1.41');
    expect(text).toContain('\\| \\<b\\>');
    const widths = text
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.replace(/\\./g, '').split('|').length);
    expect(new Set(widths).size).toBe(1);
  });

  it('is JSON with every number', async () => {
    const { text } = await exported('JSON');
    expect(JSON.parse(text)).toMatchObject({
      sweep: parent,
      complete: true,
      rows: [{ n: 2, expected: 2, aggregates: [{ mean: 11, min: 10, max: 12 }] }, { n: 2 }],
    });
  });

  it('is Parquet with a row for each committed value', async () => {
    const { bytes, mediaType } = await exported('PARQUET');
    expect(mediaType).toBe('application/vnd.apache.parquet');
    expect(bytes.subarray(0, 4).toString()).toBe('PAR1');
    expect(bytes.subarray(-4).toString()).toBe('PAR1');
  });

  it('has learning curves, in pages, of the sweep and of one trial', async () => {
    const { client } = coordinator;
    const first = await client.listReports({ parent, pageSize: 5 });
    const second = await client.listReports({ parent, pageSize: 5, pageToken: first.nextPageToken });
    const points = [...first.reports, ...second.reports].map(
      (r: { cell: number; attempt: number; trainEpoch: number }) => [r.cell, r.attempt, r.trainEpoch],
    );
    expect(points).toEqual(
      [0, 1, 2, 3].flatMap((cell) => [
        [cell, 1, 1],
        [cell, 1, 2],
      ]),
    );
    expect(second.nextPageToken).toBe('');
    const one = await client.listReports({ parent: `${parent}/trials/2` });
    expect(one.reports).toMatchObject([
      { cell: 2, trainEpoch: 1, metrics: [{ name: 'trainLoss', value: 0.5 }] },
      { cell: 2, trainEpoch: 2 },
    ]);
    await expect(
      client.listReports({
        parent,
        pageToken: (await client.listReports({ parent: `${parent}/trials/2`, pageSize: 1 })).nextPageToken,
      }),
    ).rejects.toMatchObject({ code: 3 });
  });

  it('groups by fewer factors when asked', async () => {
    const table = await coordinator.client.getTable({
      parent,
      groupBy: ['config'],
      metrics: ['testError', 'trainLoss'],
    });
    expect(table.rows[0].aggregates).toMatchObject([
      { metric: 'testError', n: 2 },
      { metric: 'trainLoss', n: 0 },
    ]);
  });

  it('refuses a format that is none', async () => {
    await expect(exported('UNSPECIFIED')).rejects.toMatchObject({ code: 3 });
  });
});
