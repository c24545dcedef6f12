import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Delivery, Malformed } from '../../coordinator/ports.ts';
import { recordContentHash, recordId, type TrialRecord } from '../../proto/records.ts';
import {
  jetStreamAdapter,
  memoryAdapter,
  publishRecord,
  type RecordStreamBench,
  report,
  simulatedAdapter,
  take,
} from './record-stream-adapters.ts';

describe.each([memoryAdapter, simulatedAdapter, jetStreamAdapter])('record stream: $name', ({ create }) => {
  let bench: RecordStreamBench;
  beforeEach(async () => void (bench = await create()));
  afterEach(() => bench[Symbol.asyncDispose]());

  test('a record comes with its identity, hash and place', async () => {
    await publishRecord(bench, report(7));
    const [[delivery]] = (await take(bench.stream, (taken) => taken.length === 1)) as [[Delivery]];
    expect(delivery).toMatchObject({
      record: report(7),
      id: recordId(report(7)),
      contentHash: recordContentHash(report(7)),
      sequence: 1,
      deliveries: 1,
    });
  });

  test('what the coordinator puts there itself comes like the records of workers, and once', async () => {
    if (bench.outlet === undefined) return;
    const reusedFrom = { sweepId: 's0', cell: 3, attempt: 2 };
    const reused = [5, 6].map((cell) => ({ ...report(cell), attempt: 0, reusedFrom }) as TrialRecord);
    await bench.outlet.put(reused);
    await bench.outlet.put(reused);
    await publishRecord(bench, report(7));
    const taken = (await take(bench.stream, (all) => all.length >= 3)).flat() as Delivery[];
    expect(taken.map(({ record }) => record)).toEqual([...reused, report(7)]);
  });

  test('the first record does not wait for a full batch', async () => {
    const arriving = take(bench.stream, (taken) => taken.length >= 1, { maxBatch: 1_000 });
    await publishRecord(bench, report(1));
    expect((await arriving).flat()).toHaveLength(1);
  });

  test('all come, in batches of at most maxBatch', async () => {
    for (let cell = 0; cell < 250; cell++) await publishRecord(bench, report(cell));
    const batches = await take(bench.stream, (taken) => taken.length >= 250, { maxBatch: 40 });
    expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(40);
    expect(batches.flat().map(({ sequence }) => sequence)).toEqual(Array.from({ length: 250 }, (_, i) => i + 1));
  });

  test('a repeat with the same id is stored once', async () => {
    for (const cell of [1, 1, 2, 1]) await publishRecord(bench, report(cell));
    const taken = (await take(bench.stream, (all) => all.length >= 2)).flat() as Delivery[];
    expect(taken.map(({ record }) => record.cell)).toEqual([1, 2]);
  });

  test.each([
    ['no JSON', Uint8Array.of(0xff, 0xfe, 0x00)],
    ['nothing', new Uint8Array(0)],
    ['an attempt that nobody was granted', new TextEncoder().encode(JSON.stringify({ ...report(1), attempt: 0 }))],
    ['an unknown field', new TextEncoder().encode(JSON.stringify({ ...report(1), colour: 'blue' }))],
    ['a value that is no number', new TextEncoder().encode('{"kind":"report","metrics":{"trainLoss":null}}')],
  ])('malformed bytes are handed over with their problem: %s', async (_, bytes) => {
    await bench.publish(bytes);
    await publishRecord(bench, report(2));
    const taken = (await take(bench.stream, (all) => all.length >= 2)).flat();
    const malformed = taken[0] as Malformed;
    expect(malformed.problem).not.toBe('');
    expect(Buffer.from(malformed.bytes)).toEqual(Buffer.from(bytes));
    expect(taken[1]).toMatchObject({ record: report(2) });
  });

  test('what was not acknowledged comes again, and only that', async () => {
    for (const cell of [1, 2, 3]) await publishRecord(bench, report(cell));
    const taken = (await take(bench.stream, (all) => all.length >= 3, { ack: false })).flat() as Delivery[];
    await taken[1]?.ack();
    await bench.redeliver();
    const again = (await take(bench.stream, (all) => all.length >= 2)).flat() as Delivery[];
    expect(again.map(({ record }) => record.cell).sort()).toEqual([1, 3]);
    expect(again.every(({ deliveries }) => deliveries >= 2)).toBe(true);

    await bench.redeliver();
    await publishRecord(bench, report(4));
    const rest = (await take(bench.stream, (all) => all.length >= 1)).flat() as Delivery[];
    expect(rest.map(({ record }) => record.cell)).toEqual([4]);
  });

  test('a second acknowledgement does no harm', async () => {
    await publishRecord(bench, report(1));
    const [delivery] = (await take(bench.stream, (all) => all.length >= 1)).flat();
    await delivery?.ack();
    await delivery?.ack();
  });

  test.each(['signal', 'close'])('deliveries end with the %s', async (how) => {
    const ended = new AbortController();
    const batches = bench.stream.deliveries({ maxBatch: 10, signal: ended.signal })[Symbol.asyncIterator]();
    const next = batches.next();
    if (how === 'signal') ended.abort();
    else await bench.stream.close();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  test('deliveries do not begin when the signal has aborted', async () => {
    const batches = bench.stream.deliveries({ maxBatch: 10, signal: AbortSignal.abort() })[Symbol.asyncIterator]();
    expect(await batches.next()).toEqual({ done: true, value: undefined });
  });
});
