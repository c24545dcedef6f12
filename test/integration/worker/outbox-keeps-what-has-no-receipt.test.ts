import { mkdir, readdir, rmdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../runtime/clock.ts';
import { openNodeFolder } from '../../../worker/outbox/node-folder.ts';
import { type Outbox, type OutboxOptions, openOutbox } from '../../../worker/outbox/outbox.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const open = async (path: string, options: Partial<OutboxOptions> = {}): Promise<Outbox> =>
  openOutbox(await openNodeFolder(path, systemClock), { clock: systemClock, ...options });
const contents = (outbox: Outbox): [string, string][] =>
  outbox.ids().map((id) => [id, Buffer.from(outbox.get(id) ?? []).toString('hex')]);

async function onlyLog(path: string): Promise<string> {
  const logs = (await readdir(path)).filter((name) => name.endsWith('.log'));
  expect(logs).toHaveLength(1);
  return join(path, logs[0] as string);
}

describe('the outbox', () => {
  test('gives a later process the records without a receipt, oldest first', async () => {
    await using folder = await temporaryFolder();
    const first = await open(folder.path);
    await Promise.all(['a', 'b', 'c', 'd'].map((id) => first.append(id, bytes(id))));
    expect(first.forget(['b', 'unknown'])).toEqual(['b']);
    await first.close();

    const second = await open(folder.path);
    expect(second.ids()).toEqual(['a', 'c', 'd']);
    expect(second.found).toEqual({ records: 3, damagedBytes: 0 });
    await second.close();
  });

  test('keeps the first of two records with one id', async () => {
    await using folder = await temporaryFolder();
    const outbox = await open(folder.path);
    expect(await Promise.all([outbox.append('a', bytes('1')), outbox.append('a', bytes('2'))])).toEqual([true, false]);
    expect(await outbox.append('a', bytes('3'))).toBe(false);
    expect(outbox.get('a')).toEqual(bytes('1'));
    await outbox.close();
  });

  test('holds exactly the whole unreceipted records after any appends, receipts, cuts at any byte and reopenings', async () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('append' as const), id, payload: fc.uint8Array({ maxLength: 40 }) }),
      },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('forget' as const), id }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('reopen' as const), cut: fc.double({ min: 0, max: 1, noNaN: true }) }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.constantFrom(0, 1 << 20), async (steps, garbageBytes) => {
        await using folder = await temporaryFolder();
        let outbox = await open(folder.path, { garbageBytes });
        // The model: the frames of the file with their sizes, as the format (frame.ts) promises them.
        let frames: { id: string; payload: Uint8Array | undefined; size: number }[] = [];
        const alive = (): Map<string, Uint8Array> => {
          const map = new Map<string, Uint8Array>();
          for (const frame of frames) {
            map.delete(frame.id);
            if (frame.payload) map.set(frame.id, frame.payload);
          }
          return map;
        };
        const compact = (): void => {
          frames = [...alive()].map(([key, payload]) => ({ id: key, payload, size: 12 + payload.length }));
        };
        for (const one of steps) {
          if (one.do === 'append' && !alive().has(one.id)) {
            await outbox.append(one.id, one.payload);
            frames.push({ id: one.id, payload: one.payload, size: 12 + one.payload.length });
          } else if (one.do === 'forget' && alive().has(one.id)) {
            outbox.forget([one.id]);
            await outbox.flush();
            frames.push({ id: one.id, payload: undefined, size: 12 });
          } else if (one.do === 'reopen') {
            await outbox.close();
            // Where the log may be replaced at any time, its frames are not predictable; then only whole files are reopened.
            if (garbageBytes > 0) {
              const cut = Math.floor(one.cut * frames.reduce((sum, { size }) => sum + size, 0));
              await truncate(await onlyLog(folder.path), cut);
              let end = 0;
              frames = frames.filter(({ size }) => (end += size) <= cut);
            }
            outbox = await open(folder.path, { garbageBytes });
            compact();
          }
          expect(contents(outbox)).toEqual(
            [...alive()].map(([key, value]) => [key, Buffer.from(value).toString('hex')]),
          );
        }
        await outbox.close();
      }),
      { numRuns: 60 },
    );
  });

  test('replaces its file when most of it is forgotten', async () => {
    await using folder = await temporaryFolder();
    const outbox = await open(folder.path, { garbageBytes: 1_000 });
    await outbox.append('stays', bytes('s'));
    const before = await onlyLog(folder.path);
    for (let i = 0; i < 40; i++) {
      await outbox.append(`r${i}`, new Uint8Array(100));
      outbox.forget([`r${i}`]);
    }
    await outbox.close();
    expect(await onlyLog(folder.path)).not.toBe(before);
    const again = await open(folder.path);
    expect(again.ids()).toEqual(['stays']);
    await again.close();
  });

  test('a crash between two generations of the file loses nothing and brings nothing back', async () => {
    await using folder = await temporaryFolder();
    const outbox = await open(folder.path);
    await Promise.all(['a', 'b'].map((id) => outbox.append(id, bytes(id))));
    outbox.forget(['a']);
    await outbox.close();
    await writeFile(join(folder.path, 'outbox-0000000009.log.draft'), 'half a fi');
    const again = await open(folder.path);
    expect(again.ids()).toEqual(['b']);
    await again.close();
  });

  test('goes on when the disk refuses a write and later takes it', async () => {
    await using folder = await temporaryFolder();
    const errors: unknown[] = [];
    const clock: Clock = { ...systemClock, sleep: (_, signal) => systemClock.sleep(5, signal) };
    // With a garbage limit below zero each batch begins a new file; a folder with that file's name stands in the way.
    const outbox = await open(folder.path, { clock, garbageBytes: -1, onDiskError: (error) => errors.push(error) });
    const blocker = join(folder.path, 'outbox-0000000002.log.draft');
    await mkdir(blocker);
    const kept = outbox.append('a', bytes('a'));
    await expect.poll(() => errors.length).toBeGreaterThan(0);
    await rmdir(blocker);
    expect(await kept).toBe(true);
    await outbox.close();
  });
});
