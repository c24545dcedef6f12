import { createHash, randomUUID } from 'node:crypto';
import { open, readdir, readFile, readlink, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { TickworkError } from '../core/errors.ts';
import type { Clock } from './clock.ts';

/**
 * A claim on a directory: an empty file whose name says who made it, so that it is complete from the moment it exists.
 * Node has no flock. Everybody first puts down a claim of their own and then looks for others: of two that live, at
 * least the later one sees the other and withdraws (both may, if they come at the same moment). Claims of the dead are
 * deleted; no name is ever used twice, so that is safe. A process that is killed blocks nobody.
 */
interface Claim {
  readonly pid: number;
  /** When the process began, in the kernel's own ticks: tells it from a later process with its pid. */
  readonly startTicks: string;
  /** Kernel and process namespace that `pid` belongs to, hashed; two containers of one machine differ. */
  readonly place: string;
}

const CLAIM = /^claim-(\d+)-(\d*)-([0-9a-f]{12})-[0-9a-f-]{36}$/;
/** A process in another place cannot be asked whether it lives; it shows it by touching its claim this often. */
const TOUCH_EVERY_MS = 10_000;
const SILENT_FOR_MS = 60_000;

/**
 * Makes this process the only one that works in `directory`.
 * @returns the release.
 * @throws TickworkError STATE_DIRECTORY_IN_USE
 */
export async function lockDirectory(directory: string, clock: Clock): Promise<() => Promise<void>> {
  const mine: Claim = { pid: process.pid, startTicks: await startTicks(process.pid), place: await place() };
  const name = `claim-${mine.pid}-${mine.startTicks}-${mine.place}-${randomUUID()}`;
  const path = join(directory, name);
  await (await open(path, 'wx')).close();
  try {
    for (const other of await readdir(directory)) {
      if (other !== name) await clearClaim(directory, other, mine.place, clock);
    }
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  const released = new AbortController();
  const touching = touch(path, clock, released.signal);
  return async () => {
    released.abort();
    await touching;
    await rm(path, { force: true });
  };
}

/**
 * Deletes a claim of the dead; leaves other files alone.
 * @throws TickworkError STATE_DIRECTORY_IN_USE if its maker lives.
 */
async function clearClaim(directory: string, name: string, ourPlace: string, clock: Clock): Promise<void> {
  const match = CLAIM.exec(name);
  if (!match) return;
  const claim: Claim = { pid: Number(match[1]), startTicks: match[2] as string, place: match[3] as string };
  const path = join(directory, name);
  const lives = claim.place === ourPlace ? await isRunning(claim) : await isTouched(path, clock);
  if (!lives) return rm(path, { force: true });
  throw new TickworkError(
    'STATE_DIRECTORY_IN_USE',
    `Expected the state directory ${directory} to be free, got one that process ${claim.pid} works in` +
      `${claim.place === ourPlace ? '' : ' (on another machine or in another container)'}. ` +
      'Give this worker another state directory, or stop that process.',
  );
}

async function isRunning({ pid, startTicks: begun }: Claim): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return (await startTicks(pid)) === begun;
}

/** A minute is coarse enough for the clocks of machines that share a disk. */
async function isTouched(path: string, clock: Clock): Promise<boolean> {
  const file = await stat(path).catch(() => undefined);
  return file !== undefined && clock.now() - file.mtimeMs < SILENT_FOR_MS;
}

async function touch(path: string, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(TOUCH_EVERY_MS, signal);
    const now = new Date(clock.now());
    if (!signal.aborted) await utimes(path, now, now).catch(() => undefined);
  }
}

async function place(): Promise<string> {
  const text = await linuxPlace().catch(() => hostname());
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

async function linuxPlace(): Promise<string> {
  return `${await readFile('/proc/sys/kernel/random/boot_id', 'utf8')} ${await readlink('/proc/self/ns/pid')}`;
}

/**
 * Field 22 of /proc/{pid}/stat; empty where there is no /proc. The second field, a name, may hold spaces and brackets.
 */
async function startTicks(pid: number): Promise<string> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
