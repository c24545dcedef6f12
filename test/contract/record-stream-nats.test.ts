import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLink } from '../../chaos/network/link.ts';
import type { NatsLink } from '../../coordinator/adapters/nats/connection.ts';
import type { Delivery } from '../../coordinator/ports.ts';
import { encodeRecord, recordId } from '../../proto/records.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { connectTo, NAMES } from './event-log-adapters.ts';
import { openStream, publish, report, TABLE, take } from './record-stream-adapters.ts';

const PATIENCE_MS = 30_000;

describe('record stream on a JetStream that fails', { timeout: PATIENCE_MS }, () => {
  let server: NatsServer;
  let link: NatsLink;
  beforeEach(async () => {
    server = await startNatsServer();
    link = await connectTo(server);
  });
  afterEach(async () => {
    await link.close();
    await server[Symbol.asyncDispose]();
  });

  /** As a worker does: until it is stored. */
  async function publishSurely(cell: number): Promise<void> {
    for (const deadline = Date.now() + PATIENCE_MS; ; ) {
      try {
        return await publish(link, encodeRecord(report(cell)), recordId(report(cell)));
      } catch (error) {
        if (Date.now() > deadline) throw error;
      }
    }
  }

  const pendingAcks = async (): Promise<number> =>
    (await link.manager.consumers.info(NAMES.recordStream, NAMES.recordConsumer(TABLE))).num_ack_pending;

  const cells = (taken: readonly unknown[]): Set<number> =>
    new Set((taken as Delivery[]).map(({ record }) => record.cell));

  test('a server killed in the middle loses nothing', async () => {
    const stream = await openStream(link, 2_000);
    const taken = take(stream, (all) => cells(all).size === 600, { maxBatch: 20 });
    for (let cell = 0; cell < 600; cell++) {
      await publishSurely(cell);
      if (cell % 200 === 100) {
        await server.kill();
        await server.restart();
      }
    }
    expect(cells((await taken).flat()).size).toBe(600);
    await stream.close();
  });

  test('a server that has lost its disk is set up again', async () => {
    const stream = await openStream(link);
    const seen: number[] = [];
    const taken = take(stream, (all) => {
      seen.push(...cells(all.slice(-1)));
      return cells(all).has(2);
    });
    await publishSurely(1);
    await expect.poll(() => seen).toContain(1);
    await server.kill();
    await rm(join(server.storeDir, 'jetstream'), { recursive: true });
    await server.restart();
    await publishSurely(2);
    expect(cells((await taken).flat())).toEqual(new Set([1, 2]));
    await stream.close();
  });

  test('what a cut connection has carried to nobody is delivered again without waiting for its acknowledgement', async () => {
    const network = await openLink(server.port, Math.random);
    const cut = await connectTo({ url: `nats://127.0.0.1:${network.port}` });
    const stream = await openStream(cut, 600_000);
    const seen: number[] = [];
    const taken = take(stream, (all) => {
      seen.push(...cells(all.slice(-1)));
      return cells(all).has(2);
    });
    await publishSurely(1);
    await expect.poll(() => seen, { timeout: PATIENCE_MS }).toContain(1);
    const heal = network.cut('down');
    await publishSurely(2);
    await expect.poll(pendingAcks, { timeout: PATIENCE_MS }).toBe(1);
    // A client that asks again has given the first request up: what comes late for that one is for nobody.
    const requests = link.connection.subscribe(`$JS.API.CONSUMER.MSG.NEXT.${NAMES.recordStream}.>`, { max: 1 });
    for await (const _ of requests);
    heal();
    expect(cells((await taken).flat())).toEqual(new Set([1, 2]));
    await stream.close();
    await cut.close();
    await network.close();
  });

  test('what a killed coordinator had in hand is delivered to the next at once', async () => {
    const dead = await connectTo(server);
    const before = await openStream(dead, 600_000);
    for (let cell = 0; cell < 50; cell++) await publishSurely(cell);
    await take(before, (all) => all.length === 50, { ack: false });
    await dead.connection.close();

    const after = await openStream(link, 600_000);
    const taken = (await take(after, (all) => cells(all).size === 50)).flat() as Delivery[];
    expect(taken.every(({ deliveries }) => deliveries === 2)).toBe(true);
    const { config, num_ack_pending } = await link.manager.consumers.info(
      NAMES.recordStream,
      NAMES.recordConsumer(TABLE),
    );
    expect({ wait: config.ack_wait, pending: num_ack_pending }).toEqual({ wait: 600_000e6, pending: 0 });
  });

  test('more than the server may leave unacknowledged comes all the same', async () => {
    const stream = await openStream(link);
    const many = 3_000;
    for (let cell = 0; cell < many; cell += 500) {
      await Promise.all(Array.from({ length: 500 }, (_, i) => publishSurely(cell + i)));
    }
    const taken = await take(stream, (all) => cells(all).size === many, { maxBatch: 250 });
    expect(taken.flat()).toHaveLength(many);
  });

  test('a closed connection ends the deliveries with an error', async () => {
    const stream = await openStream(link);
    const taken = take(stream, () => false);
    const failed = expect(taken).rejects.toMatchObject({ code: 'NATS_UNREACHABLE' });
    await link.connection.close();
    await failed;
  });
});
