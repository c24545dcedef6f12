import { readdir, readFile } from 'node:fs/promises';
import { headers } from 'nats';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NatsLink } from '../../coordinator/adapters/nats/connection.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { connectTo, NAMES, openLog, readAll, started } from './event-log-adapters.ts';

describe('event log on a JetStream that fails', () => {
  let server: NatsServer;
  let link: NatsLink;
  beforeEach(async () => {
    server = await startNatsServer();
    link = await connectTo(server, 300);
  });
  afterEach(async () => {
    await link.close();
    await server[Symbol.asyncDispose]();
  });

  test('a killed server loses and doubles nothing', async () => {
    const log = await openLog(link);
    const batches = Array.from({ length: 300 }, (_, cell) => [started(cell)]);
    const appended = Promise.all(batches.map((batch) => log.append(batch)));
    for (const moment of [50, 150, 250]) {
      await reached(() => log.lastSequence >= moment);
      await server.kill();
      await server.restart();
    }
    await appended;
    expect(await readAll(log)).toEqual(batches);
  });

  test('a batch whose answer was lost is in the log once', async () => {
    const log = await openLog(link);
    await log.append([started(1)]);
    await pause(server);
    const appended = log.append([started(2)]);
    let timeouts = 0;
    const request = link.connection.request.bind(link.connection);
    link.connection.request = (...call) => request(...call).finally(() => void timeouts++);
    await reached(() => timeouts >= 2);
    server.resume();
    await appended;
    expect(await readAll(log)).toEqual([[started(1)], [started(2)]]);
  });

  test('a batch given up in doubt may be given again, the same or not at all', async () => {
    const log = await openLog(link, 0);
    await log.append([started(1)]);
    await pause(server);
    const appended = log.append([started(2)]);
    await expect(appended).rejects.toMatchObject({ code: 'NATS_UNREACHABLE' });
    server.resume();
    await reached(async () => (await link.manager.streams.info(NAMES.eventStream)).state.last_seq === 2);

    await expect(log.append([started(99)])).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
    await log.append([started(2)]);
    await log.append([started(3)]);
    expect(await readAll(await openLog(link))).toEqual([[started(1)], [started(2)], [started(3)]]);
  });

  test('an unreachable server is named once patience is over', async () => {
    const log = await openLog(link, 500);
    await server.kill();
    await expect(log.append([started(1)])).rejects.toMatchObject({
      code: 'NATS_UNREACHABLE',
      message: expect.stringContaining('appending to the event log'),
    });
    await server.restart();
    await reached(() => link.connected);
    await log.append([started(1)]);
    expect(await readAll(log)).toEqual([[started(1)]]);
  });

  test.each([
    ['not JSON', '{"version":1,"eve', 'bytes that are not JSON'],
    ['another version', '{"version":7,"events":[]}', 'schema version 7'],
    ['no events', '{"version":1,"events":[3]}', 'something else than a list of events'],
  ])('a foreign message is refused: %s', async (_, text, problem) => {
    const log = await openLog(link);
    await log.append([started(1)]);
    await link.jetStream.publish(NAMES.eventSubject, text, { headers: headers() });
    const reader = await openLog(link);
    await expect(readAll(reader)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringMatching(new RegExp(`message 2 of the event log.*${problem}`)),
    });
    await expect(log.append([started(2)])).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
  });

  test('a batch that is too large for one message is refused before it is sent', async () => {
    const log = await openLog(link);
    const long = { type: 'attempt-lost', sweepId: 's', cell: 1, kind: 'user_error', worker: 'w', at: 1 } as const;
    await expect(log.append([{ ...long, message: 'x'.repeat(600_000) }])).rejects.toMatchObject({
      code: 'ARGUMENT_INVALID',
    });
    await log.append([{ ...long, message: 'x'.repeat(500_000) }]);
    expect(await readAll(log)).toHaveLength(1);
  });

  test('nobody can delete from the stream, and a stream that forgets is refused', async () => {
    const log = await openLog(link);
    await log.append([started(1)]);
    const { streams } = link.manager;
    await expect(streams.deleteMessage(NAMES.eventStream, 1)).rejects.toThrow(/not permitted/);
    await expect(streams.purge(NAMES.eventStream)).rejects.toThrow(/not permitted/);
    const { config } = await streams.info(NAMES.eventStream);
    expect(config).toMatchObject({
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      deny_delete: true,
      deny_purge: true,
    });

    await streams.update(NAMES.eventStream, { max_age: 3_600e9 });
    await expect(openLog(link)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  test('a stream with holes is refused', async () => {
    await link.manager.streams.add({
      name: NAMES.eventStream,
      subjects: [NAMES.eventSubject],
      discard: 'new' as never,
    });
    const log = await openLog(link);
    for (const cell of [1, 2, 3]) await log.append([started(cell)]);
    await link.manager.streams.deleteMessage(NAMES.eventStream, 2);
    await expect(readAll(await openLog(link))).rejects.toMatchObject({
      message: expect.stringContaining('lost messages'),
    });
  });
});

async function reached(condition: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(condition, { timeout: 20_000, interval: 5 }).toBe(true);
}

/** A signal takes its time: the server has stopped once every thread of it has. */
async function pause(server: NatsServer): Promise<void> {
  server.pause();
  const tasks = `/proc/${server.pid}/task`;
  await reached(async () => {
    const stats = await Promise.all((await readdir(tasks)).map((task) => readFile(`${tasks}/${task}/stat`, 'utf8')));
    return stats.every((stat) => stat.includes(') T '));
  });
}
