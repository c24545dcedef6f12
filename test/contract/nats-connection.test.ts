import { once } from 'node:events';
import { createServer } from 'node:net';
import { nkeys } from 'nats';
import { describe, expect, test } from 'vitest';
import { connectNats } from '../../coordinator/adapters/nats/connection.ts';
import { natsServerFacts } from '../../coordinator/adapters/nats/durability.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { connectTo } from './event-log-adapters.ts';

const options = {
  name: 'contract',
  logger: createLogger('test', 'silent'),
  clock: systemClock,
  random: Math.random,
  tries: 2,
  requestTimeoutMs: 1_000,
};

describe('a connection to NATS', () => {
  test('says which server does not answer and what to do, and no password', async () => {
    const port = await closedPort();
    const failed = connectNats({ ...options, servers: [`nats://ada:secret@127.0.0.1:${port}`] });
    await expect(failed).rejects.toMatchObject({
      code: 'NATS_UNREACHABLE',
      message: expect.stringMatching(new RegExp(`nats://127\\.0\\.0\\.1:${port}.*nats-server -js.*--nats`)),
    });
    await expect(failed).rejects.not.toThrow(/secret/);
  });

  test('to a server without JetStream is refused', async () => {
    const accounts = 'accounts { LAB { users: [{ user: ada, password: x }] } }\nno_auth_user: ada';
    await using server = await startNatsServer({ config: accounts });
    await expect(connectNats({ ...options, servers: [server.url] })).rejects.toMatchObject({
      code: 'NATS_UNREACHABLE',
      message: expect.stringContaining('-js'),
    });
  });

  test('with a wrong login is refused', async () => {
    await using server = await startNatsServer({
      config: `authorization { users: [{ nkey: ${nkeys.createUser().getPublicKey()} }] }`,
    });
    const refused = connectNats({
      ...options,
      servers: [server.url],
      security: { seed: nkeys.createUser().getSeed() },
    });
    await expect(refused).rejects.toMatchObject({
      code: 'NATS_UNREACHABLE',
      message: expect.stringContaining('login'),
    });
  });

  test('comes back after the server did', async () => {
    await using server = await startNatsServer();
    const link = await connectTo(server);
    expect(link.connected).toBe(true);
    expect(link.server.version).toMatch(/^\d+\.\d+\.\d+/);
    await server.kill();
    await expect.poll(() => link.connected, { timeout: 10_000 }).toBe(false);
    await server.restart();
    await expect.poll(() => link.connected, { timeout: 10_000 }).toBe(true);
    await link.close();
    await link.close();
    expect(link.connected).toBe(false);
  });

  test('closes without a server', async () => {
    await using server = await startNatsServer();
    const link = await connectTo(server);
    await server.kill();
    await expect.poll(() => link.connected, { timeout: 10_000 }).toBe(false);
    await link.close();
  });
});

test.each([
  ['2.9.10', 'process crash; fsync at most every 60 s'],
  ['2.10.0', 'process crash; fsync at most every 2 min unless the server sets sync_interval'],
  ['2.12.7-RC.1', 'process crash; fsync at most every 2 min unless the server sets sync_interval'],
  ['3.0.1', 'process crash; fsync at most every 2 min unless the server sets sync_interval'],
  ['unknown', 'process crash; fsync period unknown'],
])('the durability of nats-server %s is told', (version, durability) => {
  expect(natsServerFacts(version)).toEqual({ version, durability });
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
