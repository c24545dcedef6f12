import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { weightsRoot } from './folders.ts';
import { WEIGHTS_FILE } from './kept-weights.ts';
import { heldWeights } from './weights-hold.ts';

/** One file of kept weights. */
export interface KeptFile {
  readonly name: string;
  /** `seed-1`, for example. */
  readonly seed: string;
  /** SHA-256, hex. */
  readonly digest: string;
  readonly bytes: number;
  /** Milliseconds of the clock of the files. */
  readonly keptAt: number;
  /** A trial that may run again has begun with it. */
  readonly held: boolean;
}

/** Everything that trials have kept below a checkpoint folder, by name and seed. */
export async function listKeptFiles(root: string): Promise<readonly KeptFile[]> {
  const held = await heldWeights(root);
  const files: KeptFile[] = [];
  for (const name of await entries(weightsRoot(root))) {
    for (const seed of await entries(join(weightsRoot(root), name))) {
      for (const file of await entries(join(weightsRoot(root), name, seed))) {
        const digest = WEIGHTS_FILE.exec(file)?.[1];
        const found = await stat(join(weightsRoot(root), name, seed, file)).catch(() => undefined);
        if (digest === undefined || found === undefined) continue;
        files.push({ name, seed, digest, bytes: found.size, keptAt: found.mtimeMs, held: held.has(digest) });
      }
    }
  }
  return files;
}

/** What decides whether kept weights may go. */
export interface PruneRule {
  /** Names that studies which are not over speak of. */
  readonly needed: ReadonlySet<string>;
  readonly now: number;
  /** Younger ones stay: the study that starts from them may not be submitted yet. */
  readonly minAgeMs: number;
}

/** Neither begun with by a trial that may run again, nor spoken of by a study that is not over, nor young. */
export function isUnused({ name, keptAt, held }: KeptFile, { needed, now, minAgeMs }: PruneRule): boolean {
  return !held && !needed.has(name) && now - keptAt >= minAgeMs;
}

/** Removes unused weights. @returns what was removed. */
export async function pruneWeights(root: string, rule: PruneRule): Promise<readonly KeptFile[]> {
  const unused = (await listKeptFiles(root)).filter((file) => isUnused(file, rule));
  for (const { name, seed, digest } of unused) {
    const folder = join(weightsRoot(root), name, seed);
    await rm(join(folder, `${digest}.weights`), { force: true });
    // Only where nothing is left in them.
    await rmdir(folder).catch(() => {});
    await rmdir(join(weightsRoot(root), name)).catch(() => {});
  }
  return unused;
}

async function entries(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).toSorted();
}
