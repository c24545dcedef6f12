import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Checkpoints of trials, by cell, and final weights that were given a name. */
const TRIALS = 'trials';
const WEIGHTS = 'weights';
/** What commands leave for those that wait for them, by cell and attempt. */
const OUTPUTS = 'outputs';

export const trialsFolder = (root: string): string => join(root, TRIALS);
export const outputsRoot = (root: string): string => join(root, OUTPUTS);
export const weightsRoot = (root: string): string => join(root, WEIGHTS);

/** @param cell names the sweep and the cell, as a file name may. */
export const trialFolder = (root: string, cell: string): string => join(trialsFolder(root), cell);

/** @param name as a file name may. */
export const weightsFolder = (root: string, name: string, seed: number): string =>
  join(root, WEIGHTS, name, `seed-${seed}`);

/** Forgets what a trial has saved: it has its result, or will not be run again. */
export async function removeCheckpoints(root: string, cell: string): Promise<void> {
  await rm(trialFolder(root, cell), { recursive: true, force: true });
}

/**
 * Removes the checkpoints of trials that nobody has touched for a long time: their sweep ended elsewhere.
 * @param now and maxAgeMs in milliseconds, `now` on the clock of the files.
 */
export async function removeStaleCheckpoints(root: string, now: number, maxAgeMs: number): Promise<void> {
  const folder = trialsFolder(root);
  for (const cell of await readdir(folder).catch(() => [])) {
    const path = join(folder, cell);
    const touched = await stat(path).catch(() => undefined);
    if (touched !== undefined && now - touched.mtimeMs > maxAgeMs) await rm(path, { recursive: true, force: true });
  }
}
