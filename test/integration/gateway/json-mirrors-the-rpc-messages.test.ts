import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ListReportsResponse__Output } from '../../../proto/generated/tickwork/v1/ListReportsResponse.ts';
import type { ListSweepsResponse__Output } from '../../../proto/generated/tickwork/v1/ListSweepsResponse.ts';
import type { ListTrialsResponse__Output } from '../../../proto/generated/tickwork/v1/ListTrialsResponse.ts';
import type { ListWorkersResponse__Output } from '../../../proto/generated/tickwork/v1/ListWorkersResponse.ts';
import type { Sweep__Output } from '../../../proto/generated/tickwork/v1/Sweep.ts';
import type { Table__Output } from '../../../proto/generated/tickwork/v1/Table.ts';
import { type RunningGateway, rawRequest, startGateway } from '../../support/running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** Shapes are the wire's, except that times are text. */
const get = async <Body>(path: string) => {
  const response = await fetch(`${gateway.origin}${path}`);
  return { status: response.status, body: (await response.json()) as Body };
};

const post = async <Body>(path: string, body: unknown) => {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${gateway.origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Body };
};

const lastRequest = () => gateway.api.requests.at(-1);

test('lists sweeps page by page, with full enum names, RFC 3339 times and defaults filled in', async () => {
  const first = await get<ListSweepsResponse__Output>('/api/v1/sweeps?pageSize=1');
  expect(first.status).toBe(200);
  expect(first.body.sweeps).toHaveLength(1);
  expect(first.body.sweeps[0]).toMatchObject({
    name: 'sweeps/vgg-demo-3f9a',
    state: 'SWEEP_STATE_ACTIVE',
    counts: {
      total: 14,
      pending: 2,
      leased: 0,
      running: 2,
      succeeded: 9,
      failed: 1,
      cancelled: 0,
      stopped: 0,
      blocked: 0,
    },
    createTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    studyYaml: '',
    seeds: [1, 2],
  });
  expect(first.body.sweeps[0]).not.toHaveProperty('finishTime');
  const second = await get<ListSweepsResponse__Output>(
    `/api/v1/sweeps?pageSize=1&pageToken=${first.body.nextPageToken}`,
  );
  expect(second.body.sweeps[0]?.name).toBe('sweeps/vgg-demo-b07c');
  expect(second.body.sweeps[0]?.finishTime).toMatch(/Z$/);
});

test('gets one sweep with its study', async () => {
  const { body } = await get<Sweep__Output>('/api/v1/sweeps/vgg-demo-3f9a');
  expect(body).toMatchObject({ name: 'sweeps/vgg-demo-3f9a', studyYaml: 'study: vgg-demo\n' });
  expect(lastRequest()).toEqual({ name: 'sweeps/vgg-demo-3f9a' });
});

test('lists trials of one state; an optional number that is absent is absent, and no oneof marker shows', async () => {
  const { body } = await get<ListTrialsResponse__Output>(
    '/api/v1/sweeps/vgg-demo-3f9a/trials?state=running&pageSize=10',
  );
  expect(body.trials).toHaveLength(2);
  expect(body.trials[0]).toMatchObject({
    cell: 10,
    state: 'TRIAL_STATE_RUNNING',
    progress: { trainEpoch: 3, phase: 'training' },
  });
  expect(Object.keys(body.trials[0]?.progress ?? {}).filter((key) => key.startsWith('_'))).toEqual([]);
  const pending = await get<ListTrialsResponse__Output>('/api/v1/sweeps/vgg-demo-3f9a/trials?state=pending');
  expect(pending.body.trials[0]).not.toHaveProperty('progress');
});

test('gets the table grouped as asked, ours and published apart', async () => {
  const { body } = await get<Table__Output>(
    '/api/v1/sweeps/vgg-demo-b07c/table?groupBy=config,scale&metrics=testError&pageSize=100',
  );
  expect(lastRequest()).toEqual({
    parent: 'sweeps/vgg-demo-b07c',
    groupBy: ['config', 'scale'],
    metrics: ['testError'],
    pageSize: 100,
    pageToken: '',
  });
  expect(body.rows.map((row) => row.published[0]?.value)).toEqual([29.6, 29.7, 28.7, 28.1, 27, 27.3, 25.6]);
  expect(body.rows[0]?.aggregates[0]).toEqual({
    metric: 'testError',
    n: 2,
    mean: expect.any(Number),
    std: expect.any(Number),
    min: expect.any(Number),
    max: expect.any(Number),
  });
});

test('exports the table as a download', async () => {
  const response = await fetch(
    `${gateway.origin}/api/v1/sweeps/vgg-demo-b07c/table:export?format=csv&allowIncomplete=true`,
  );
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="vgg-demo.csv"');
  expect((await response.text()).split('\n').slice(0, 2)).toEqual(['config,scale,n', 'A,S=32,2']);
  expect(lastRequest()).toMatchObject({ format: 'TABLE_FORMAT_CSV', allowIncomplete: true });
});

test('lists reports, workers and the status', async () => {
  const reports = await get<ListReportsResponse__Output>('/api/v1/sweeps/vgg-demo-b07c/reports?pageSize=5');
  expect(reports.body.reports).toHaveLength(5);
  expect(reports.body.reports[0]?.metrics[0]).toEqual({ name: 'trainLoss', value: expect.any(Number) });
  const workers = await get<ListWorkersResponse__Output>('/api/v1/workers');
  expect(workers.body.workers[0]).toMatchObject({
    name: 'workers/gpu-a',
    state: 'WORKER_STATE_CONNECTED',
    slotUse: 0.981,
  });
  const status = await get('/api/v1/status');
  expect(status.body).toMatchObject({ workers: 2, startTime: '2026-09-21T14:13:20.500Z' });
});

test('plans, submits and cancels', async () => {
  expect((await post('/api/v1/sweeps:plan', { studyYaml: 'x' })).body).toMatchObject({ cells: 14, configurations: 7 });
  const submitted = await post('/api/v1/sweeps', { requestId: 'r1', studyYaml: 'x' });
  expect(submitted.body).toMatchObject({ name: 'sweeps/vgg-demo-new', state: 'SWEEP_STATE_ACTIVE' });
  const cancelled = await post<Sweep__Output>('/api/v1/sweeps/vgg-demo-new:cancel', { requestId: 'r2' });
  expect(cancelled.body.state).toBe('SWEEP_STATE_CANCELLED');
  expect(lastRequest()).toEqual({ requestId: 'r2', name: 'sweeps/vgg-demo-new' });
});

test('answers HEAD as GET without a body, and the API is never cached', async () => {
  const head = await rawRequest(gateway.port, { path: '/api/v1/status', method: 'HEAD' });
  expect(head).toMatchObject({ status: 200, body: '', headers: { 'cache-control': 'no-store' } });
  expect(Number(head.headers['content-length'])).toBeGreaterThan(100);
});

test('a number that JSON cannot say becomes null', async () => {
  const scripted = gateway.world.sweeps.find(({ sweep }) => sweep.name === 'sweeps/vgg-demo-11d2');
  scripted?.reports.unshift({
    cell: 0,
    attempt: 1,
    trainEpoch: 1,
    metrics: [{ name: 'trainLoss', value: Number.NaN }],
  });
  const { body } = await get<ListReportsResponse__Output>('/api/v1/sweeps/vgg-demo-11d2/reports?pageSize=1');
  expect(body.reports[0]?.metrics).toEqual([{ name: 'trainLoss', value: null }]);
});
