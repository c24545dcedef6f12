import { execFile } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCoordinatorClient } from '../../../cli/client/coordinator-client.ts';
import { revokeName } from '../../../cli/credentials/token-store.ts';
import { type ProgramCredentials, readCredentials } from '../../../proto/credentials/credentials-folder.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { type LabCredentials, makeLabCredentials } from '../../support/credentials.ts';
import { eventually } from '../../support/eventually.ts';
import { type GuardedServers, startGuardedServers } from '../../support/guarded-servers.ts';
import { createRawClient } from '../../support/raw-call.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lab: LabCredentials;
let servers: GuardedServers;
beforeAll(async () => {
  folder = await temporaryFolder();
  lab = await makeLabCredentials(folder.path);
  servers = await startGuardedServers({ credentials: lab.folder('coordinator'), tokens: lab.tokenFile });
});
afterAll(async () => {
  await servers?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const DAY_MS = 86_400_000;
const GET_STATUS = '/tickwork.v1.ClusterService/GetStatus';
const CANCEL = '/tickwork.v1.SweepService/CancelSweep';

async function call(shown: Pick<ProgramCredentials, 'tls' | 'token'>, path: string): Promise<string> {
  const client = createRawClient(servers.grpc, shown);
  const { name } = await client.call(path);
  client.close();
  return name;
}

/** As the command asks. @returns the error's code and message. */
async function ask(shown: Pick<ProgramCredentials, 'tls' | 'token'>): Promise<string> {
  const client = createCoordinatorClient({
    ...{ address: servers.grpc, shown, signal: new AbortController().signal, clock: systemClock, random: Math.random },
    patienceMs: 0,
  });
  try {
    await client.getStatus();
    return 'OK';
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`;
  } finally {
    client.close();
  }
}

function httpsStatus(
  shown: { ca?: Buffer; cert?: Buffer; key?: Buffer },
  headers: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const port = servers.httpPort;
    const asked = request(
      { host: '127.0.0.1', port, path: '/api/v1/status', agent: false, headers, ...shown },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.on('error', reject).end();
  });
}

test('a certificate names its holder and role, over gRPC and HTTPS', async () => {
  expect(await call(lab.read('viewer-1'), GET_STATUS)).toBe('OK');
  expect(await call(lab.read('viewer-1'), CANCEL)).toBe('PERMISSION_DENIED');
  expect(await call(lab.read('worker-1'), GET_STATUS)).toBe('PERMISSION_DENIED');
  const { ca, own } = lab.read('viewer-1').tls ?? {};
  if (!ca || !own) throw new Error('Expected a certificate.');
  expect(await httpsStatus({ ca, cert: own.certificate, key: own.key })).toBe(200);
  expect(await httpsStatus({ ca })).toBe(401);
  expect(await httpsStatus({ ca }, { authorization: `Bearer ${lab.tokens.get('viewer-1')}` })).toBe(200);
});

test('the coordinator, shown as a client, is nobody', async () => {
  expect(await call(lab.read('coordinator'), GET_STATUS)).toBe('UNAUTHENTICATED');
});

test('a token decides before the certificate that carries it', async () => {
  expect(await call({ ...lab.read('viewer-1'), token: lab.tokens.get('submitter-1') as string }, CANCEL)).not.toBe(
    'PERMISSION_DENIED',
  );
  expect(await call({ ...lab.read('submitter-1'), token: 'tickwork_wrong' }, GET_STATUS)).toBe('UNAUTHENTICATED');
});

test('who has no certificate, or one of another authority, gets no connection and is told why', async () => {
  expect(await ask({})).toMatch(/^COORDINATOR_UNREACHABLE .*--credentials/);
  const { ca } = lab.read('viewer-1').tls ?? {};
  expect(await ask({ tls: { ca: ca as Buffer } })).toMatch(/^CERTIFICATE_INVALID .*asks for ours too/);
  await using elsewhere = await temporaryFolder();
  const other = await makeLabCredentials(elsewhere.path);
  expect(await ask(other.read('viewer-1'))).toMatch(/^CERTIFICATE_INVALID .*another authority/);
  const mixed = { ca: ca as Buffer, own: other.read('viewer-1').tls?.own };
  expect(await ask({ tls: mixed as never })).not.toBe('OK');
});

test('what has expired is refused with the date and what to do, before it is used', async () => {
  const later = Date.now() + 3 * DAY_MS;
  const ends = new Date(lab.read('viewer-1').tls?.own?.expiresAt ?? 0).toISOString().slice(0, 10);
  expect(() => readCredentials(lab.folder('viewer-1'), later)).toThrow(
    expect.objectContaining({
      code: 'CERTIFICATE_INVALID',
      message: expect.stringMatching(new RegExp(`expired on ${ends}.*--renew`)),
    }),
  );
  expect(() => readCredentials(lab.folder('viewer-1'), Date.now() - DAY_MS)).toThrow(/Set the clock/);
});

test.each([
  [
    'an empty folder',
    async (path: string) =>
      rm(join(path, 'tls.crt'))
        .then(() => rm(join(path, 'tls.key')))
        .then(() => rm(join(path, 'ca.crt'))),
    /got none of them/,
  ],
  ['a certificate without its key', async (path: string) => rm(join(path, 'tls.key')), /got no tls\.key/],
  [
    'the key of another',
    async (path: string) => cp(lab.folder('admin-1/tls.key'), join(path, 'tls.key')),
    /to be the key of/,
  ],
  [
    'no certificate at all',
    async (path: string) => writeFile(join(path, 'tls.crt'), 'hello'),
    /to be a certificate in PEM/,
  ],
] as const)('%s is said by name', async (_, spoil, message) => {
  await using copy = await temporaryFolder();
  await cp(lab.folder('viewer-1'), copy.path, { recursive: true });
  await spoil(copy.path);
  expect(() => readCredentials(copy.path, Date.now())).toThrow(message);
});

test('a renewed certificate is shown from the next connection on, and a spoilt one is not', async () => {
  const shownSerial = async (): Promise<string> => {
    const [host, port] = servers.grpc.split(':');
    const folder = lab.folder('viewer-1');
    const files = ['-CAfile', `${folder}/ca.crt`, '-cert', `${folder}/tls.crt`, '-key', `${folder}/tls.key`];
    return new Promise((resolve) => {
      const child = execFile('openssl', ['s_client', '-connect', `${host}:${port}`, ...files], (_, out) => {
        resolve(/-----BEGIN CERTIFICATE-----\n(.*?)\n/.exec(out.slice(out.indexOf('Server certificate')))?.[1] ?? out);
      });
      child.stdin?.end();
    });
  };
  const pemOf = async () => await readFile(join(lab.folder('coordinator'), 'tls.crt'), 'utf8');
  const before = await pemOf();
  await lab.make({ renew: ['coordinator'] });
  expect(await pemOf()).not.toBe(before);
  servers.reload();
  expect(await call(lab.read('viewer-1'), GET_STATUS)).toBe('OK');
  const renewed = await shownSerial();
  await writeFile(join(lab.folder('coordinator'), 'tls.key'), 'spoilt');
  servers.reload();
  expect(await call(lab.read('viewer-1'), GET_STATUS)).toBe('OK');
  expect(await shownSerial()).toBe(renewed);
  await lab.make({ renew: ['coordinator'] });
  servers.reload();
});

test('a revoked name is refused with its old certificate, its streams end, and a new certificate is good again', async () => {
  const stream = createCoordinatorClient({
    ...{
      address: servers.grpc,
      shown: lab.read('admin-1'),
      signal: new AbortController().signal,
      clock: systemClock,
      random: Math.random,
    },
  });
  const watching = (async () => {
    for await (const _ of stream.watchSweep(
      { name: 'sweeps/vgg-demo-3f9a', minIntervalMs: 100 },
      new AbortController().signal,
    ));
  })().catch((error: unknown) => (error as { code: string }).code);
  await eventually('the stream', () => (servers.api.openStreams > 0 ? true : undefined));
  await revokeName(lab.tokenFile, 'admin-1', Date.now());
  servers.reload();
  expect(await watching).toBe('UNAUTHENTICATED');
  expect(await call(lab.read('admin-1'), GET_STATUS)).toBe('UNAUTHENTICATED');
  await lab.make({ renew: ['admin-1'], now: Date.now() + 2_000 });
  expect(await call(lab.read('admin-1'), GET_STATUS)).toBe('OK');
  stream.close();
});
