import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allows } from '../../../coordinator/access/permissions.ts';
import { apiRoutes } from '../../../coordinator/gateway/routes.ts';
import { actionOf } from '../../../coordinator/grpc/admission.ts';
import type { Role } from '../../../core/access/identity.ts';
import { loadTickworkDefinition } from '../../../proto/load.ts';
import { type LabCredentials, makeLabCredentials, PEOPLE } from '../../support/credentials.ts';
import { type GuardedServers, startGuardedServers } from '../../support/guarded-servers.ts';
import { createRawClient } from '../../support/raw-call.ts';
import { rawRequest } from '../../support/running-gateway.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lab: LabCredentials;
let servers: GuardedServers;
beforeAll(async () => {
  folder = await temporaryFolder();
  lab = await makeLabCredentials(folder.path);
  servers = await startGuardedServers({ tokens: lab.tokenFile });
});
afterAll(async () => {
  await servers?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

/** Everything that the ports answer to, of our services and of the others. */
const METHODS = [
  ...Object.values(loadTickworkDefinition()).flatMap((service) =>
    'format' in service ? [] : Object.values(service).map(({ path }) => path as string),
  ),
  '/grpc.health.v1.Health/Check',
  '/grpc.health.v1.Health/Watch',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
];

/** Of each route a path, in place of its template; a test below says that no route is missing. */
const PATHS = [
  ['GET', '/api/v1/status', 'GetStatus'],
  ['GET', '/api/v1/workers', 'ListWorkers'],
  ['POST', '/api/v1/workers/x:drain', 'DrainWorker'],
  ['GET', '/api/v1/sweeps', 'ListSweeps'],
  ['POST', '/api/v1/sweeps', 'SubmitSweep'],
  ['POST', '/api/v1/sweeps:plan', 'PlanSweep'],
  ['GET', '/api/v1/sweeps/x-1', 'GetSweep'],
  ['POST', '/api/v1/sweeps/x-1:edit', 'EditSweep'],
  ['POST', '/api/v1/sweeps/x-1:cancel', 'CancelSweep'],
  ['POST', '/api/v1/sweeps/x-1:pause', 'PauseSweep'],
  ['POST', '/api/v1/sweeps/x-1:resume', 'ResumeSweep'],
  ['POST', '/api/v1/sweeps/x-1:retryFailed', 'RetryFailed'],
  ['GET', '/api/v1/sweeps/x-1/trials/0', 'GetTrial'],
  ['GET', '/api/v1/sweeps/x-1/trials', 'ListTrials'],
  ['GET', '/api/v1/sweeps/x-1/reports', 'ListReports'],
  ['GET', '/api/v1/sweeps/x-1/table', 'GetTable'],
  ['GET', '/api/v1/sweeps/x-1/table:export?format=csv', 'ExportTable'],
  ['GET', '/api/v1/sweeps/x-1:watch', 'WatchSweep'],
  ['GET', '/api/v1/sweeps/x-1/table:watch', 'WatchTable'],
  ['GET', '/metrics', 'Metrics'],
  ['GET', '/healthz', 'Health'],
  ['GET', '/', 'Page'],
  ['GET', '/assets/index.js', 'Page'],
  ['GET', '/api/v1/nothing', 'Page'],
] as const;

const CALLERS: readonly (readonly [name: string, role: Role | undefined])[] = [
  ['nobody', undefined],
  ['somebody with a wrong token', undefined],
  ...PEOPLE.map(({ name, role }) => [name, role] as const),
];

function headersOf(caller: string): Record<string, string> {
  if (caller === 'nobody') return {};
  return { authorization: `Bearer ${lab.tokens.get(caller) ?? 'tickwork_wrong'}` };
}

describe.each(CALLERS)('%s', (caller, role) => {
  test.each(METHODS)('calls %s', async (path) => {
    const client = createRawClient(servers.grpc);
    const { name, code } = await client.call(path, new Uint8Array(), headersOf(caller));
    client.close();
    const action = actionOf(path);
    if (action === undefined) throw new Error(`Expected ${path} to have a row.`);
    if (allows(action, role))
      return expect(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'UNIMPLEMENTED']).not.toContain(name);
    const expected = role === undefined ? 'UNAUTHENTICATED' : 'PERMISSION_DENIED';
    expect({ name, code }).toEqual({ name: expected, code: expected });
  });

  test.each(PATHS)('asks %s %s', async (method, path, action) => {
    const { status, headers, body } = await rawRequest(servers.httpPort, { method, path, headers: headersOf(caller) });
    if (allows(action, role)) return expect([401, 403]).not.toContain(status);
    const expected = role === undefined ? 401 : 403;
    expect(status).toBe(expected);
    expect(JSON.parse(body)).toMatchObject({
      error: { code: expected === 401 ? 'UNAUTHENTICATED' : 'PERMISSION_DENIED' },
    });
    // A browser then asks the person for the token.
    expect(headers['www-authenticate'] ?? '').toMatch(expected === 401 ? /^Basic / : /^$/);
  });
});

test('every route of the gateway is in the list above, under the row that it asks for', () => {
  const routes = apiRoutes(servers.api, () => () => ({}));
  for (const route of routes) {
    const asked = PATHS.filter(([method, path]) => method === route.method && route.match(path.replace(/\?.*/, '')));
    expect(
      asked.map(([, , action]) => action),
      String(route.action),
    ).toEqual([route.action]);
  }
  const rpcs = routes.map(({ action }) => String(action));
  expect(new Set(rpcs).size).toBe(rpcs.length);
  for (const rpc of rpcs) expect(actionOf(`/tickwork.v1.X/${rpc}`), rpc).toBe(rpc);
});

test('a message of a caller without rights is not even read', async () => {
  const client = createRawClient(servers.grpc, {}, { 'grpc.max_send_message_length': -1 });
  const large = new Uint8Array(8 * 1024 * 1024);
  const before = servers.api.requests.length;
  expect(await client.call('/tickwork.v1.SweepService/SubmitSweep', large)).toMatchObject({ name: 'UNAUTHENTICATED' });
  expect(servers.api.requests.length).toBe(before);
  const authorised = await client.call('/tickwork.v1.SweepService/SubmitSweep', large, headersOf('submitter-1'));
  expect(authorised.name).toBe('RESOURCE_EXHAUSTED');
  client.close();
});

test('a browser may give the token as its password', async () => {
  const basic = Buffer.from(`ada:${lab.tokens.get('viewer-1')}`).toString('base64');
  const { status } = await rawRequest(servers.httpPort, {
    path: '/api/v1/status',
    headers: { authorization: `Basic ${basic}` },
  });
  expect(status).toBe(200);
});
