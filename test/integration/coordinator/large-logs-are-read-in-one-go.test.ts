import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectNats } from '../../../coordinator/adapters/nats/connection.ts';
import { openNatsEventLog } from '../../../coordinator/adapters/nats/event-log.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { natsNames } from '../../../proto/subjects.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { type NatsServer, startNatsServer } from '../../support/nats-server.ts';

/** Together more than the 64 MB that a server holds for one connection before it cuts it. */
const BATCHES = 300;
const BATCH_BYTES = 400_000;

let nats: NatsServer;
beforeAll(async () => {
  nats = await startNatsServer();
});
afterAll(() => nats?.[Symbol.asyncDispose]());

it('a log that is larger than what a server keeps for a slow reader is read without losing the connection', async () => {
  const common = { clock: systemClock, random: () => 0.5, logger: createLogger('test', 'silent') };
  const link = await connectNats({ servers: [nats.url], name: 'test', ...common });
  const log = await openNatsEventLog({ link, names: natsNames('test'), writerId: 'one', ...common });
  const event: SweepEvent = { type: 'sweep-paused', sweepId: 'a', requestId: 'r'.repeat(BATCH_BYTES), at: 0 };
  for await (const _ of log.replay());
  for (let i = 0; i < BATCHES; i++) await log.append([event]);
  let read = 0;
  for await (const _ of log.replay()) {
    // As a coordinator that decodes and folds: nothing is read from the socket meanwhile.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    read++;
  }
  expect(read).toBe(BATCHES);
  expect(nats.output()).not.toMatch(/slow consumer/i);
  await log.close();
  await link.close();
});
