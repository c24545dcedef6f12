import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../runtime/clock.ts';
import { lockDirectory } from '../../../worker/outbox/directory-lock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

type Holder = Record<'pid' | 'place' | 'startTicks' | 'token', unknown>;

/** Leaves a lock as this process would write it, changed, and touched `agoMs` ago. */
async function leaveLock(directory: string, changes: Partial<Holder>, agoMs = 0): Promise<void> {
  const release = await lockDirectory(directory, systemClock);
  const path = join(directory, 'lock');
  const holder = JSON.parse(await readFile(path, 'utf8')) as Holder;
  await release();
  await writeFile(path, JSON.stringify({ ...holder, ...changes }));
  const touched = new Date(Date.now() - agoMs);
  await utimes(path, touched, touched);
}

describe('a state directory', () => {
  test('is refused while its holder lives, and free after the release', async () => {
    await using folder = await temporaryFolder();
    const release = await lockDirectory(folder.path, systemClock);
    await expect(lockDirectory(folder.path, systemClock)).rejects.toMatchObject({
      code: 'STATE_DIRECTORY_IN_USE',
      message: expect.stringContaining(folder.path),
    });
    await release();
    await (await lockDirectory(folder.path, systemClock))();
    expect(await readdir(folder.path)).toEqual([]);
  });

  test.each<[string, Partial<Holder>, number]>([
    ['is dead', { pid: 2 ** 22 + 1 }, 0],
    ['is dead and whose pid belongs to another process now', { startTicks: '1' }, 0],
    ['was on another machine and has been silent for long', { place: 'boot 1234, pid:[1]' }, 61_000],
  ])('is taken over from a holder that %s', async (_, changes, agoMs) => {
    await using folder = await temporaryFolder();
    await leaveLock(folder.path, changes, agoMs);
    await (await lockDirectory(folder.path, systemClock))();
  });

  test('is refused while a holder on another machine gives signs of life', async () => {
    await using folder = await temporaryFolder();
    await leaveLock(folder.path, { place: 'boot 1234, pid:[1]', pid: 2 ** 22 + 1 }, 5_000);
    await expect(lockDirectory(folder.path, systemClock)).rejects.toMatchObject({ code: 'STATE_DIRECTORY_IN_USE' });
  });

  test('is taken over when a power loss has left an empty lock', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'lock'), '');
    await (await lockDirectory(folder.path, systemClock))();
  });

  test('has one new holder when many find the old one dead', async () => {
    await using folder = await temporaryFolder();
    await leaveLock(folder.path, { pid: 2 ** 22 + 1 });
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(folder.path, systemClock)));
    const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(won).toHaveLength(1);
    await won[0]?.();
    expect(await readdir(folder.path)).toEqual([]);
  });
});
