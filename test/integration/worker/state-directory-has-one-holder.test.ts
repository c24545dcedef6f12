import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../runtime/clock.ts';
import { lockDirectory } from '../../../runtime/directory-lock.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Above any pid that Linux gives. */
const DEAD_PID = '4194305';
const ELSEWHERE = '0123456789ab';

/** Leaves a claim as this process would make it, with one part of its name changed, touched `agoMs` ago. */
async function leaveClaim(
  directory: string,
  part: 'pid' | 'startTicks' | 'place',
  value: string,
  agoMs = 0,
): Promise<void> {
  const release = await lockDirectory(directory, systemClock);
  const [name] = await readdir(directory);
  await release();
  const parts = (name as string).split('-');
  parts[{ pid: 1, startTicks: 2, place: 3 }[part]] = value;
  const path = join(directory, parts.join('-'));
  await writeFile(path, '');
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

  test.each([
    ['is dead', 'pid', DEAD_PID, 0],
    ['is dead and whose pid belongs to another process now', 'startTicks', '1', 0],
    ['was on another machine and has been silent for long', 'place', ELSEWHERE, 61_000],
  ] as const)('is taken over from a holder that %s', async (_, part, value, agoMs) => {
    await using folder = await temporaryFolder();
    await leaveClaim(folder.path, part, value, agoMs);
    await (await lockDirectory(folder.path, systemClock))();
    expect(await readdir(folder.path)).toEqual([]);
  });

  test('is refused while a holder on another machine gives signs of life', async () => {
    await using folder = await temporaryFolder();
    await leaveClaim(folder.path, 'place', ELSEWHERE, 5_000);
    await expect(lockDirectory(folder.path, systemClock)).rejects.toMatchObject({
      code: 'STATE_DIRECTORY_IN_USE',
      message: expect.stringContaining('on another machine or in another container'),
    });
  });

  test('has at most one new holder when many find the old one dead', async () => {
    await using folder = await temporaryFolder();
    await leaveClaim(folder.path, 'pid', DEAD_PID);
    const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(folder.path, systemClock)));
    const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(won.length).toBeLessThanOrEqual(1);
    for (const release of won) await release();
    // Those who lost have left nothing behind.
    await (await lockDirectory(folder.path, systemClock))();
    expect(await readdir(folder.path)).toEqual([]);
  });
});
