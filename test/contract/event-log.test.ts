import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { SweepEvent } from '../../core/sweep/events.ts';
import {
  jetStreamAdapter,
  memoryAdapter,
  readAll,
  type SharedLog,
  simulatedAdapter,
  started,
} from './event-log-adapters.ts';

describe.each([memoryAdapter, simulatedAdapter, jetStreamAdapter])('event log: $name', ({ create }) => {
  let shared: SharedLog;
  beforeEach(async () => void (shared = await create()));
  afterEach(() => shared[Symbol.asyncDispose]());

  test('a new one is empty', async () => {
    const log = await shared.open();
    expect(await readAll(log)).toEqual([]);
    expect(log.lastSequence).toBe(0);
  });

  test('what was appended is read again in the same batches', async () => {
    const writer = await shared.open();
    await writer.append([started(1), started(2)]);
    await writer.append([started(3)]);
    expect(writer.lastSequence).toBe(2);

    const reader = await shared.open();
    expect(await readAll(reader)).toEqual([[started(1), started(2)], [started(3)]]);
    expect(reader.lastSequence).toBe(2);
    await reader.append([started(4)]);
    expect(await readAll(reader)).toHaveLength(3);
  });

  test('is read on from where it was read to', async () => {
    const writer = await shared.open();
    for (const epoch of [1, 2, 3]) await writer.append([started(epoch)]);
    const reader = await shared.open();
    expect(await readAll(reader, 2)).toEqual([[started(3)]]);
    expect(await readAll(reader, 3)).toEqual([]);
    await writer.append([started(4)]);
    expect(await readAll(reader, reader.lastSequence)).toEqual([[started(4)]]);
    await reader.append([started(5)]);
    expect(reader.lastSequence).toBe(5);
  });

  test('any text survives', async () => {
    const log = await shared.open();
    const batches: SweepEvent[][] = [];
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (message) => {
        const batch: SweepEvent[] = [
          { type: 'attempt-lost', sweepId: 's', cell: 1, kind: 'user_error', message, worker: 'w', at: 1 },
        ];
        await log.append(batch);
        batches.push(batch);
      }),
      { numRuns: 120 },
    );
    expect(await readAll(log)).toEqual(batches);
  });

  test('a writer that has fallen behind is refused and has written nothing', async () => {
    const [leader, stale] = [await shared.open(), await shared.open()];
    await leader.append([started(1)]);
    await readAll(stale);
    await leader.append([started(2)]);

    await expect(stale.append([started(99)])).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
    await expect(stale.append([started(99)])).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
    expect(await readAll(leader)).toEqual([[started(1)], [started(2)]]);

    await readAll(stale);
    await stale.append([started(3)]);
    await expect(leader.append([started(4)])).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
  });

  test('confirms only to whoever knows all of it', async () => {
    const [leader, stale] = [await shared.open(), await shared.open()];
    await Promise.all([leader.confirm(), stale.confirm()]);
    await leader.append([started(1)]);
    await leader.confirm();
    await expect(stale.confirm()).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
    await readAll(stale);
    await stale.confirm();
    expect(await readAll(leader)).toEqual([[started(1)]]);
  });

  test('of two that begin an empty log one is refused', async () => {
    const [first, second] = [await shared.open(), await shared.open()];
    await first.append([started(1)]);
    await expect(second.append([started(1)])).rejects.toMatchObject({ code: 'LOG_CONFLICT' });
    expect(await readAll(first)).toEqual([[started(1)]]);
  });

  test('appends that overlap keep the order of the calls', async () => {
    const log = await shared.open();
    const batches = Array.from({ length: 50 }, (_, cell) => [started(cell)]);
    await Promise.all(batches.map((batch) => log.append(batch)));
    expect(await readAll(log)).toEqual(batches);
  });

  test('what was queued behind a refused batch is refused too', async () => {
    const [leader, stale] = [await shared.open(), await shared.open()];
    await leader.append([started(1)]);
    const outcomes = await Promise.allSettled([stale.append([started(2)]), stale.append([started(3)])]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await readAll(leader)).toEqual([[started(1)]]);
  });
});
