import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NatsSession } from '../../worker/publisher/nats-link.ts';
import { type NatsSessionBench, natsAdapter, simulatedAdapter } from './nats-session-adapters.ts';

const payload = new TextEncoder().encode('{}');

describe.each([natsAdapter, simulatedAdapter])('what a worker sees of NATS: $name', ({ create }) => {
  let bench: NatsSessionBench;
  let session: NatsSession;
  beforeEach(async () => {
    bench = await create();
    session = await bench.connect();
  });
  afterEach(async () => {
    await session.close();
    await bench[Symbol.asyncDispose]();
  });
  const publish = (msgID: string, timeout = 5_000) =>
    session.jetstream().publish(bench.subject, payload, { msgID, timeout });

  test('an id is stored once; its repeat is called a duplicate', async () => {
    expect(await publish('a')).toMatchObject({ duplicate: false });
    expect(await publish('b')).toMatchObject({ duplicate: false });
    expect(await publish('a')).toMatchObject({ duplicate: true });
  });

  test('a killed server closes the session, refuses new ones, and knows its ids when it is back', async () => {
    await publish('a');
    await bench.kill();
    await session.closed();
    await expect(bench.connect()).rejects.toThrow();
    await bench.restart();
    session = await bench.connect();
    expect(await publish('a')).toMatchObject({ duplicate: true });
    expect(await publish('b')).toMatchObject({ duplicate: false });
  });

  test('a server that hangs answers in no time, and may have stored what it did not answer', async () => {
    await publish('a');
    bench.pause();
    await expect(publish('b', 300)).rejects.toThrow(/timeout/i);
    bench.resume();
    expect(await publish('b')).toMatchObject({ duplicate: true });
  });

  test('a session that was closed says so', async () => {
    await session.close();
    await session.closed();
    await expect(publish('a', 300)).rejects.toThrow();
  });
});
