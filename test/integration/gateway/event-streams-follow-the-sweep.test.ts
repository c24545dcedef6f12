import { expect, test } from 'vitest';
import { TickworkError } from '../../../core/errors.ts';
import { deferred } from '../../../runtime/deferred.ts';
import { openEvents } from '../../support/event-reader.ts';
import { type RunningGateway, rawRequest, startGateway } from '../../support/running-gateway.ts';
import { finishCell, type ScriptedSweep } from '../../support/vgg-demo-world.ts';

const liveSweep = (gateway: RunningGateway): ScriptedSweep => gateway.world.sweeps[0] as ScriptedSweep;
const WATCH = '/api/v1/sweeps/vgg-demo-3f9a:watch';
const WATCH_TABLE = '/api/v1/sweeps/vgg-demo-3f9a/table:watch?groupBy=config&minIntervalMs=100';

test('sends the sweep as it is, then each change with its revision, then the end', async () => {
  await using gateway = await startGateway();
  const events = await openEvents(`${gateway.origin}${WATCH}`);
  expect(events.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const first = await events.next();
  expect(first?.id).toBe('1');
  expect(JSON.parse(first?.data ?? '')).toMatchObject({
    sweep: { counts: { succeeded: 9 } },
    active: [{ cell: 10 }, { cell: 11 }],
  });

  finishCell(liveSweep(gateway), 10);
  gateway.api.changed(liveSweep(gateway));
  const second = await events.next();
  expect(second?.id).toBe('2');
  expect(JSON.parse(second?.data ?? '')).toMatchObject({
    sweep: { counts: { succeeded: 10 } },
    active: [{ cell: 11 }],
  });

  Object.assign(liveSweep(gateway).sweep, { state: 'SWEEP_STATE_COMPLETED' });
  gateway.api.changed(liveSweep(gateway));
  expect((await events.next())?.id).toBe('3');
  expect(await events.next()).toEqual({ event: 'end', data: '{}' });
  expect(await events.next()).toBeUndefined();
});

test('sends the table after each change of its rows', async () => {
  await using gateway = await startGateway();
  const events = await openEvents(`${gateway.origin}${WATCH_TABLE}`);
  expect(JSON.parse((await events.next())?.data ?? '').rows[0]).toMatchObject({
    levels: [{ factor: 'config', label: 'A' }],
    n: 2,
  });
  finishCell(liveSweep(gateway), 11);
  gateway.api.changed(liveSweep(gateway));
  expect(JSON.parse((await events.next())?.data ?? '').rows[4]).toMatchObject({
    levels: [{ label: 'D' }],
    n: 3,
    expected: 4,
  });
  expect(gateway.api.requests.at(-1)).toEqual({
    table: { parent: 'sweeps/vgg-demo-3f9a', groupBy: ['config'], metrics: [], pageSize: 0, pageToken: '' },
    minIntervalMs: 100,
  });
  await events.leave();
});

test('a client that leaves ends its stream at the API', async () => {
  await using gateway = await startGateway();
  const events = await openEvents(`${gateway.origin}${WATCH}`);
  await events.next();
  expect(gateway.api.openStreams).toBe(1);
  await events.leave();
  await expect.poll(() => gateway.api.openStreams).toBe(0);
});

test('closing the gateway ends streams without the word end, so that clients come again', async () => {
  await using gateway = await startGateway();
  const events = await openEvents(`${gateway.origin}${WATCH}`);
  await events.next();
  await Promise.all([gateway.close(), gateway.close()]);
  expect(await events.next()).toBeUndefined();
  expect(gateway.api.openStreams).toBe(0);
});

test('an idle stream is kept alive by comments', async () => {
  await using gateway = await startGateway({ heartbeatMs: 20 });
  const events = await openEvents(`${gateway.origin}${WATCH}`);
  await events.next();
  expect(await events.next()).toEqual({ comment: 'alive' });
  await events.leave();
});

test('a stream that cannot begin is a plain error, one that breaks says so', async () => {
  await using gateway = await startGateway();
  const refused = await rawRequest(gateway.port, { path: '/api/v1/sweeps/nope:watch' });
  expect(refused.status).toBe(404);
  expect(JSON.parse(refused.body).error.code).toBe('SWEEP_NOT_FOUND');

  const events = await openEvents(`${gateway.origin}${WATCH}`);
  await events.next();
  gateway.api.failNext(new TickworkError('NATS_UNREACHABLE', 'Expected an answer, got none.'));
  gateway.api.changed(liveSweep(gateway));
  const failure = await events.next();
  expect(failure?.event).toBe('failure');
  expect(JSON.parse(failure?.data ?? '').error.code).toBe('NATS_UNREACHABLE');
  expect(await events.next()).toBeUndefined();
});

test('a slow client holds the source back', async () => {
  await using gateway = await startGateway();
  const message = { name: 'sweeps/big', revision: 1, title: 'x'.repeat(1 << 20), state: 'SWEEP_STATE_ACTIVE' as const };
  let pulled = 0;
  gateway.api.watchSweep = async function* () {
    for (; pulled < 200; pulled++) yield { sweep: message, active: [], finished: [] };
  };
  const response = await fetch(`${gateway.origin}${WATCH}`);
  // The client has not read a byte: what is pulled must settle at what the socket buffers hold, far below the 200 MiB.
  let before = -1;
  await expect
    .poll(
      () => {
        const settled = pulled > 0 && pulled === before;
        before = pulled;
        return settled;
      },
      { interval: 200 },
    )
    .toBe(true);
  expect(pulled).toBeLessThan(100);
  await response.body?.cancel();
});

test('a download that breaks is cut, never ended as if it were whole', async () => {
  await using gateway = await startGateway();
  const path = `${gateway.origin}/api/v1/sweeps/vgg-demo-b07c/table:export?format=csv`;
  const begun = deferred<void>();
  gateway.api.exportTable = async function* () {
    yield { data: 'config,n\n', mediaType: 'text/csv', fileName: '../../etc/pass"wd\n.csv' };
    await begun.promise;
    throw new Error('the disk is gone');
  };
  const response = await fetch(path);
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="etc-pass-wd-.csv"');
  begun.resolve();
  await expect(response.text()).rejects.toThrow();
});
