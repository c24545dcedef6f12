import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LIMITS } from '../../../coordinator/access/limits.ts';
import { createGateway } from '../../../coordinator/gateway/gateway.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { openGuard } from '../../support/open-guard.ts';
import { type RunningGateway, rawRequest, startGateway } from '../../support/running-gateway.ts';
import { createScriptedApi } from '../../support/scripted-api.ts';

const SCRIPT = `console.log("${'tick'.repeat(100)}");`;
let folder: string;
let gateway: RunningGateway;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tickwork-static-'));
  const root = join(folder, 'site');
  mkdirSync(join(root, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(root, 'assets/index-a1b2.js'), SCRIPT);
  gateway = await startGateway({ staticRoot: root, allowedHosts: ['Lab.example'] });
});
afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) => rawRequest(gateway.port, { path, headers });

test('the page, and every address of a sweep in it, is index.html, asked for anew each time', async () => {
  for (const path of ['/', '/index.html', '/sweeps/vgg-demo-3f9a']) {
    const answer = await get(path);
    expect(answer).toMatchObject({ status: 200, body: '<!doctype html><title>page</title>' });
    expect(answer.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    expect((await get(path, { 'if-none-match': String(answer.headers.etag) })).status).toBe(304);
  }
});

test('hashed assets are kept for ever and packed when the client can unpack', async () => {
  const plain = await get('/assets/index-a1b2.js');
  expect(plain.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  });
  expect(plain.body).toBe(SCRIPT);
  const packed = await fetch(`${gateway.origin}/assets/index-a1b2.js`);
  expect(packed.headers.get('content-encoding')).toBe('gzip');
  expect(Number(packed.headers.get('content-length'))).toBeLessThan(SCRIPT.length);
  expect(await packed.text()).toBe(SCRIPT);
});

test.each([
  '/../secret.txt',
  '/assets/../../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/assets/..%5c..%5csecret.txt',
  '//secret.txt',
  '/secret.txt%00.js',
  'http://127.0.0.1/../secret.txt',
])('nothing outside the folder is served: %s', async (path) => {
  const answer = await get(path);
  expect(answer.status).toBe(404);
  expect(answer.body).not.toContain('"secret"');
  expect(JSON.parse(answer.body).error.code).toBe('ARGUMENT_INVALID');
});

test('a missing file is 404 and the page takes no post', async () => {
  expect((await get('/assets/old.js')).status).toBe(404);
  const post = await rawRequest(gateway.port, {
    path: '/',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(post).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
});

test('every answer forbids foreign scripts, framing and sniffing', async () => {
  for (const path of ['/', '/api/v1/status', '/nope.js', '/healthz']) {
    const { headers } = await get(path);
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
  }
});

test('a name that is not known is refused, for a foreign page may have pointed it here', async () => {
  for (const host of ['evil.test', 'evil.test:80', '127.0.0.1.evil.test', 'localhost.evil.test', '[::1']) {
    expect((await get('/api/v1/status', { host })).status, host).toBe(421);
    expect((await get('/', { host })).status, host).toBe(421);
  }
  for (const host of ['localhost', 'LOCALHOST:9', '127.0.0.1:1', '[::1]:8080', '10.0.0.7:8080', 'lab.example:8080']) {
    expect((await get('/api/v1/status', { host })).status, host).toBe(200);
  }
});

test('without a built dashboard the page says how to build it, and the API works', async () => {
  await using bare = await startGateway({ staticRoot: join(folder, 'nothing-here') });
  const answer = await rawRequest(bare.port, { path: '/' });
  expect(answer.status).toBe(404);
  expect(answer.body).toContain('npm run build');
  expect((await rawRequest(bare.port, { path: '/api/v1/status' })).status).toBe(200);
});

test('a port that is taken is a clear error', async () => {
  const second = createGateway({
    api: createScriptedApi({ sweeps: [], workers: [] }),
    metrics: async () => ({ contentType: 'text/plain', body: '' }),
    ready: () => true,
    guard: openGuard(),
    limits: LIMITS,
    logger: createLogger('gateway-test', 'silent'),
  });
  await expect(second.listen('127.0.0.1', gateway.port)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('EADDRINUSE'),
  });
  await second.close();
});
