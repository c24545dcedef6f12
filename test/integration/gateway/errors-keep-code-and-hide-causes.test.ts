import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERROR_CODES, type ErrorCode, TickworkError } from '../../../core/errors.ts';
import { type RunningGateway, rawRequest, startGateway } from '../../support/running-gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const json = { 'content-type': 'application/json' };
const submit = (body: string, headers: Record<string, string> = json) =>
  rawRequest(gateway.port, { path: '/api/v1/sweeps', method: 'POST', headers, body });

test.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s travels with its message and violations', async (code) => {
  const violations = [{ field: 'factors.config[2]', message: 'Expected a network.', line: 4, column: 9 }];
  gateway.api.failNext(new TickworkError(code, 'Expected better.', { violations }));
  const { status, body } = await rawRequest(gateway.port, { path: '/api/v1/status' });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status >= 500).toBe(
    (ERROR_CODES[code].retryable && status !== 429) || ['CONFIG_INVALID', 'STORE_FAILED', 'INTERNAL'].includes(code),
  );
  expect(JSON.parse(body)).toEqual({ error: { code, message: 'Expected better.', violations } });
});

test('a sweep that does not exist is 404', async () => {
  const answer = await rawRequest(gateway.port, { path: '/api/v1/sweeps/nope' });
  expect(answer.status).toBe(404);
  expect(JSON.parse(answer.body).error.code).toBe('SWEEP_NOT_FOUND');
});

test('an error that nobody meant to show says nothing of its cause', async () => {
  gateway.api.failNext(new Error('password of the database: hunter2'));
  const { status, body } = await rawRequest(gateway.port, { path: '/api/v1/status' });
  expect(status).toBe(500);
  expect(JSON.parse(body).error.code).toBe('INTERNAL');
  expect(body).not.toMatch(/hunter2|\.ts|stack/);
});

test('every bad query parameter is named at once', async () => {
  const { status, body } = await rawRequest(gateway.port, {
    path: '/api/v1/sweeps?pageSize=ten&colour=red&pageToken=',
  });
  expect(status).toBe(400);
  const { code, violations } = JSON.parse(body).error;
  expect(code).toBe('ARGUMENT_INVALID');
  expect(violations.map(({ field }: { field: string }) => field).sort()).toEqual(['colour', 'pageSize']);
  expect((await rawRequest(gateway.port, { path: '/api/v1/sweeps?pageSize=1&pageSize=2' })).status).toBe(400);
  expect((await rawRequest(gateway.port, { path: '/api/v1/sweeps/x/table:export?format=exe' })).body).toContain(
    'csv, markdown',
  );
});

test('a body is refused when it is not JSON, has an unknown key, or lacks one', async () => {
  const before = gateway.api.requests.length;
  expect((await submit('{"requestId": ')).status).toBe(400);
  const wrong = JSON.parse((await submit('{"requestId": 7, "studyYaml": "x", "extra": 1}')).body);
  expect(wrong.error.violations.map(({ field }: { field: string }) => field).sort()).toEqual(['extra', 'requestId']);
  expect(JSON.parse((await submit('{"requestId":"r"}')).body).error.violations[0].field).toBe('studyYaml');
  expect(gateway.api.requests).toHaveLength(before);
});

test('a post that a foreign page could send without asking is refused', async () => {
  const body = '{"requestId":"r","studyYaml":"x"}';
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ]) {
    expect((await submit(body, { 'content-type': type })).status).toBe(415);
  }
  expect((await submit(body, {})).status).toBe(415);
  expect((await submit(body, { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200);
  const preflight = await rawRequest(gateway.port, {
    path: '/api/v1/sweeps',
    method: 'OPTIONS',
    headers: { origin: 'http://evil.test' },
  });
  expect(preflight.status).toBe(405);
  expect(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
});

test('a body above 1 MiB is refused, announced or not', async () => {
  const big = JSON.stringify({ requestId: 'r', studyYaml: 'x'.repeat(1024 * 1024) });
  expect((await submit(big, { ...json, 'content-length': String(big.length) })).status).toBe(413);
  expect((await submit(big, { ...json, 'transfer-encoding': 'chunked' })).status).toBe(413);
  const fits = JSON.stringify({ requestId: 'r', studyYaml: 'x'.repeat(1024 * 1024 - 100) });
  expect((await submit(fits)).status).toBe(200);
});

test('unknown paths and methods are JSON too', async () => {
  expect(await rawRequest(gateway.port, { path: '/api/v2/sweeps' })).toMatchObject({
    status: 404,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
  const put = await rawRequest(gateway.port, { path: '/api/v1/sweeps', method: 'PUT' });
  expect(put).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } });
  const post = await rawRequest(gateway.port, { path: '/api/v1/workers', method: 'POST', headers: json, body: '{}' });
  expect(post).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  expect(JSON.parse(post.body).error.message).toContain('POST');
});
