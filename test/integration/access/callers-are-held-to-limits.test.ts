import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { LIMITS } from '../../../coordinator/access/limits.ts';
import { makeLabCredentials } from '../../support/credentials.ts';
import { eventually } from '../../support/eventually.ts';
import { startGuardedServers } from '../../support/guarded-servers.ts';
import { createRawClient } from '../../support/raw-call.ts';
import { rawRequest } from '../../support/running-gateway.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const GET_STATUS = '/tickwork.v1.ClusterService/GetStatus';
const WATCH = '/tickwork.v1.SweepService/WatchSweep';
const DEMO_NAME = 'sweeps/vgg-demo-3f9a';
/** A WatchSweepRequest with this name. */
const DEMO = Buffer.concat([Buffer.from([0x0a, DEMO_NAME.length]), Buffer.from(DEMO_NAME)]);

test('who asks too often is refused on both carriers, and told when to come again; others are not', async () => {
  await using folder = await temporaryFolder();
  const lab = await makeLabCredentials(folder.path);
  await using servers = await startGuardedServers({ tokens: lab.tokenFile }, { rate: { perSecond: 0.05, burst: 5 } });
  const headers = { authorization: `Bearer ${lab.tokens.get('viewer-1')}` };
  const client = createRawClient(servers.grpc);
  for (let i = 0; i < 4; i++) expect((await client.call(GET_STATUS, new Uint8Array(), headers)).name).toBe('OK');
  expect((await rawRequest(servers.httpPort, { path: '/api/v1/status', headers })).status).toBe(200);

  const refused = await client.call(GET_STATUS, new Uint8Array(), headers);
  expect(refused).toMatchObject({ name: 'RESOURCE_EXHAUSTED', code: 'RATE_LIMITED' });
  expect(Number(refused.metadata.get('retry-after')[0])).toBeGreaterThan(0);
  expect(Number(refused.metadata.get('grpc-retry-pushback-ms')[0])).toBeGreaterThan(0);
  const answer = await rawRequest(servers.httpPort, { path: '/api/v1/status', headers });
  expect(answer.status).toBe(429);
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);

  const other = { authorization: `Bearer ${lab.tokens.get('submitter-1')}` };
  expect((await client.call(GET_STATUS, new Uint8Array(), other)).name).toBe('OK');
  client.close();
});

test('so many streams of one identity may be open', async () => {
  await using folder = await temporaryFolder();
  const lab = await makeLabCredentials(folder.path);
  await using servers = await startGuardedServers({ tokens: lab.tokenFile }, { callsPerIdentity: 3 });
  const shown = { token: lab.tokens.get('viewer-1') as string };
  const client = createRawClient(servers.grpc, shown);
  const held = await Promise.all([1, 2, 3].map(() => client.hold(WATCH, DEMO)));
  expect(await client.call(GET_STATUS)).toMatchObject({ name: 'RESOURCE_EXHAUSTED', code: 'RATE_LIMITED' });
  const headers = { authorization: `Bearer ${shown.token}` };
  expect((await rawRequest(servers.httpPort, { path: '/api/v1/status', headers })).status).toBe(429);
  held[0]?.();
  // What is released may be used again.
  const again = async () => ((await client.call(GET_STATUS)).name === 'OK' ? true : undefined);
  await eventually('room for another call', again);
  for (const end of held) end();
  client.close();
});

test('a connection that says nothing, or never makes an admitted call, is cut', async () => {
  await using folder = await temporaryFolder();
  const lab = await makeLabCredentials(folder.path);
  await using servers = await startGuardedServers({ tokens: lab.tokenFile }, { unadmittedMs: 300 });
  const [host, port] = servers.grpc.split(':') as [string, string];
  const silent = connect(Number(port), host);
  const halfway = connect(Number(port), host, () => void halfway.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
  for (const socket of [silent, halfway]) {
    socket.on('error', () => undefined).resume();
    await once(socket, 'close');
  }
});

test('more connections that have not said who they are than there is room for are cut at once', async () => {
  await using servers = await startGuardedServers({}, { unadmittedConnections: 2 });
  const [host, port] = servers.grpc.split(':') as [string, string];
  const sockets = Array.from({ length: 3 }, () =>
    connect(Number(port), host)
      .on('error', () => undefined)
      .resume(),
  );
  await Promise.race(sockets.map((socket) => once(socket, 'close')));
  for (const socket of sockets) socket.destroy();
});

test('on this machine, with nobody asked, no rate applies', async () => {
  await using servers = await startGuardedServers({}, { rate: { perSecond: 1, burst: 1 } });
  const client = createRawClient(servers.grpc);
  for (let i = 0; i < 20; i++) expect((await client.call(GET_STATUS)).name).toBe('OK');
  client.close();
  expect(LIMITS.callsPerConnection).toBeLessThanOrEqual(LIMITS.callsPerIdentity);
});
