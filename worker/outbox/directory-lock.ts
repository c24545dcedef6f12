import { randomUUID } from 'node:crypto';
import { link, readFile, readlink, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { TickworkError } from '../../core/errors.ts';
import type { Clock } from '../../runtime/clock.ts';

/** What the lock file says of its holder. */
interface Holder {
  readonly pid: number;
  /** Kernel and process namespace that `pid` belongs to; two containers of one machine differ. */
  readonly place: string;
  /** When the process began, in the kernel's own ticks: tells a holder from a later process with its pid. */
  readonly startTicks: string;
  readonly token: string;
}

const FILE = 'lock';
/** A holder in another place cannot be asked whether it lives; it shows it by touching the file this often. */
const TOUCH_EVERY_MS = 10_000;
const SILENT_FOR_MS = 60_000;

/**
 * Makes this process the only one that works in `directory`. A lock left by a killed process does not block: Node has no
 * flock, so the file names its holder and the next process checks whether that one still lives.
 * @returns the release.
 * @throws TickworkError STATE_DIRECTORY_IN_USE
 */
export async function lockDirectory(directory: string, clock: Clock): Promise<() => Promise<void>> {
  const path = join(directory, FILE);
  const mine: Holder = { pid: process.pid, place: await place(), startTicks: await startTicks(process.pid), token: randomUUID() };
  const draft = `${path}.${mine.token}`;
  await writeFile(draft, JSON.stringify(mine), { flag: 'wx' });
  try {
    // A hard link is made for one process only, and never shows a half-written file.
    while (!(await linked(draft, path))) await removeStale(path, mine.place, directory, clock);
  } finally {
    await rm(draft, { force: true });
  }
  const ended = new AbortController();
  const touching = touch(path, clock, ended.signal);
  return async () => {
    ended.abort();
    await touching;
    if ((await readHolder(path))?.token === mine.token) await rm(path, { force: true });
  };
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Takes the lock file away when its holder is dead. @throws TickworkError STATE_DIRECTORY_IN_USE when it lives. */
async function removeStale(path: string, ourPlace: string, directory: string, clock: Clock): Promise<void> {
  const holder = await readHolder(path);
  if (holder && (await isAlive(holder, path, ourPlace, clock))) {
    throw new TickworkError(
      'STATE_DIRECTORY_IN_USE',
      `Expected the state directory ${directory} to be free, got one that process ${holder.pid} works in (${holder.place}). ` +
        'Give this worker another state directory, or stop that process.',
    );
  }
  // Moved, not deleted: whoever moves it owns it, and sees whether another process was faster with a new lock.
  const moved = `${path}.${randomUUID()}`;
  try {
    await rename(path, moved);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readHolder(moved))?.token !== holder?.token) await linked(moved, path);
  await rm(moved, { force: true });
}

async function isAlive(holder: Holder, path: string, ourPlace: string, clock: Clock): Promise<boolean> {
  if (holder.place !== ourPlace) {
    const touched = await stat(path).catch(() => undefined);
    // A minute is coarse enough for the clocks of machines that share a disk.
    return touched !== undefined && clock.now() - touched.mtimeMs < SILENT_FOR_MS;
  }
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return (await startTicks(holder.pid)) === holder.startTicks;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function touch(path: string, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(TOUCH_EVERY_MS, signal);
    const now = new Date(clock.now());
    if (!signal.aborted) await utimes(path, now, now).catch(() => undefined);
  }
}

async function place(): Promise<string> {
  try {
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    return `boot ${boot}, ${await readlink('/proc/self/ns/pid')}`;
  } catch {
    return `host ${hostname()}`;
  }
}

/** Field 22 of /proc/{pid}/stat; empty where there is no /proc. The second field, a name, may hold spaces and brackets. */
async function startTicks(pid: number): Promise<string> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
