import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TickworkError } from '../../../core/errors.ts';
import type { HostTensor, StepState } from '../../../engine/executor.ts';
import { writeDurably } from './durable-file.ts';
import { encodeTensorFile, readTensorFile } from './tensor-file.ts';

/** Weights that a trial has kept under a name, for others to start from. */
export interface KeptWeights {
  /** Of the network they were trained in. */
  readonly title: string;
  readonly weights: Readonly<Record<string, HostTensor>>;
  /** SHA-256 of the file, hex: which weights these are, whatever their name. */
  readonly digest: string;
}

export const WEIGHTS_FILE = /^([0-9a-f]{64})\.weights$/;

/**
 * Writes `<SHA-256 of the bytes>.weights` and removes what was there before, but for weights that are held. Durable when it
 * resolves.
 * @param held digests of the weights that trials which may run again have begun with.
 * @param names of the state's entries that are weights.
 * @param writer names the draft of this process.
 * @returns the digest.
 */
export async function keepWeights(
  folder: string,
  writer: string,
  title: string,
  names: readonly string[],
  state: StepState,
  held: ReadonlySet<string>,
): Promise<string> {
  const pieces = encodeTensorFile({ title }, names, state.read);
  const draft = join(folder, `${writer}.draft`);
  const path = await writeDurably(draft, pieces, (digest) => join(folder, `${digest}.weights`));
  const digest = path.slice(-'.weights'.length - 64, -'.weights'.length);
  for (const { name, digest: other } of await list(folder))
    if (other !== digest && !held.has(other)) await rm(join(folder, name), { force: true });
  return digest;
}

/**
 * @param held of the weights that are wanted, if they are still there; else, and by default, the newest.
 * @throws TickworkError WEIGHTS_MISSING, CHECKPOINT_CORRUPT
 */
export async function loadWeights(folder: string, held?: string): Promise<KeptWeights> {
  const kept = await list(folder);
  const newest = kept.find(({ digest }) => digest === held) ?? kept[0];
  if (newest === undefined) {
    throw new TickworkError(
      'WEIGHTS_MISSING',
      `Expected kept weights in ${folder}, got none. First run the study that keeps them (saveWeightsAs) with the same ` +
        'seeds, on workers with the same checkpoint folder.',
    );
  }
  const { head, tensors, digest: actual } = await readTensorFile(join(folder, newest.name));
  if (actual !== newest.digest) {
    throw new TickworkError(
      'CHECKPOINT_CORRUPT',
      `Expected ${join(folder, newest.name)} to have the SHA-256 in its name, got ${actual}. Delete the file and run the ` +
        'trial that kept these weights again.',
    );
  }
  return { title: (head as { readonly title: string }).title, weights: tensors, digest: actual };
}

/** Newest first; more than one while a trial replaces them, or where older ones are held. */
async function list(folder: string): Promise<readonly { readonly name: string; readonly digest: string }[]> {
  const names = await readdir(folder).catch(() => []);
  const found = await Promise.all(
    names.flatMap((name) => {
      const digest = WEIGHTS_FILE.exec(name)?.[1];
      if (digest === undefined) return [];
      return [stat(join(folder, name)).then(({ mtimeMs }) => ({ name, digest, mtimeMs }))];
    }),
  );
  return found.sort((a, b) => b.mtimeMs - a.mtimeMs);
}
