import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultServiceHandlers } from '../../proto/generated/tickwork/v1/ResultService.ts';
import type { Table } from '../../proto/generated/tickwork/v1/Table.ts';
import { loadTickworkProto } from '../../proto/load.ts';
import { demoMoment } from '../support/demo-moment.ts';
import { pullRows, pullTable, pythonWithGrpc } from '../support/python.ts';
import { tableOf } from '../support/scripted-table.ts';

/** The demo in mid-run: rows with two, one and no results. */
const sweep = demoMoment(new Date(0)).sweeps[0];
if (!sweep) throw new Error('Expected the scripted demo to have a sweep.');
const table = tableOf(sweep, []);
const rows = table.rows ?? [];

const server = new Server();
let address = '';
let python = '';
const pages: string[] = [];

const unimplemented = (): never => {
  throw new Error('Expected only GetTable to be called.');
};
const handlers: ResultServiceHandlers = {
  GetTable: ({ request }, answer) => {
    pages.push(request.pageToken);
    if (request.parent !== table.parent) {
      answer({ code: status.NOT_FOUND, details: `Expected the name of a sweep, got "${request.parent}".` });
      return;
    }
    const from = Number(request.pageToken || 0);
    const to = from + request.pageSize;
    const page: Table = { ...table, rows: rows.slice(from, to), nextPageToken: to < rows.length ? String(to) : '' };
    answer(null, page);
  },
  WatchTable: unimplemented,
  ExportTable: unimplemented,
  ListReports: unimplemented,
};

beforeAll(async () => {
  python = await pythonWithGrpc();
  server.addService(loadTickworkProto().ResultService.service, { ...handlers });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  address = `127.0.0.1:${port}`;
});

afterAll(() => server.forceShutdown());

describe('examples/python/pull_table.py', () => {
  it('follows the pages to the last row', async () => {
    pages.length = 0;
    const pulled = await pullRows(python, address, table.parent ?? '', 3);
    expect(pages).toEqual(['', '3', '6']);
    expect(pulled.map(({ levels }) => Object.values(levels))).toEqual(
      rows.map(({ levels }) => levels?.map(({ label }) => label)),
    );
  });

  it('tells an absent mean or deviation from a zero, and keeps numbers to the last bit', async () => {
    const pulled = await pullRows(python, address, table.parent ?? '', 100);
    const expected = rows.map(({ n, expected, aggregates, published }) => ({
      n,
      expected,
      metrics: Object.fromEntries(
        (aggregates ?? []).map(({ metric, mean, std }) => [metric, [mean ?? null, std ?? null]]),
      ),
      published: Object.fromEntries((published ?? []).map(({ metric, value }) => [metric, value])),
    }));
    expect(pulled.map(({ levels: _, ...row }) => row)).toEqual(expected);
    expect(new Set(pulled.map(({ n }) => n)), 'the scripted demo has rows of every kind').toEqual(new Set([0, 1, 2]));
  });

  it('prints a line for each row for people', async () => {
    const lines = (await pullTable(python, address, table.parent ?? '')).trimEnd().split('\n');
    expect(lines).toHaveLength(rows.length);
    expect(lines[0]).toMatch(/^A +S=32 +n = 2\/2 +testError \d+\.\d\d ± \d+\.\d\d +top1Error \(published\) 29\.60/);
  });

  it('ends with the status and the message when the server refuses', async () => {
    await expect(pullTable(python, address, 'sweeps/nobody-1')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('NOT_FOUND: Expected the name of a sweep, got "sweeps/nobody-1".'),
    });
  });
});
