import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Clock } from '../../runtime/clock.ts';

/**
 * A disk that takes nothing more, for one process: its limit on file sizes (RLIMIT_FSIZE) is set to nothing while it runs,
 * and Node ignores the signal, so every write that would extend a file is refused with EFBIG where a full disk says
 * ENOSPC. Needs no rights over the machine, unlike a small file system.
 */
export async function fillDisk(pid: number, ms: number, clock: Clock): Promise<void> {
  // A file that is below the limit may grow up to it: nothing grows.
  await limit(pid, '0:unlimited');
  await clock.sleep(ms);
  await limit(pid, 'unlimited:unlimited');
}

/** `prlimit` of util-linux. A process that has ended meanwhile is no error. @throws Error where there is no prlimit. */
async function limit(pid: number, fsize: string): Promise<void> {
  try {
    await promisify(execFile)('prlimit', ['--pid', String(pid), `--fsize=${fsize}`]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
  }
}
