import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable-file.ts';
import { trialFolder, trialsFolder } from './folders.ts';

/**
 * Which weights a trial has begun with, in its checkpoint folder: until that is forgotten, the next attempt of the trial
 * begins with the same ones, and nobody removes them.
 */
const FILE = 'initial-weights.hold';
const DIGEST = /^[0-9a-f]{64}$/;

/** @returns the digest that an earlier attempt of the trial has begun with. */
export async function findHold(root: string, cell: string): Promise<string | undefined> {
  const text = await readFile(join(trialFolder(root, cell), FILE), 'utf8').catch(() => '');
  return DIGEST.test(text) ? text : undefined;
}

/** @param writer names the draft of this process. */
export async function holdWeights(root: string, cell: string, writer: string, digest: string): Promise<void> {
  const folder = trialFolder(root, cell);
  await mkdir(folder, { recursive: true });
  await writeDurably(join(folder, `${writer}.hold-draft`), bytesOf(digest), () => join(folder, FILE));
}

/** Digests of the weights that trials which may run again have begun with. */
export async function heldWeights(root: string): Promise<ReadonlySet<string>> {
  const cells = await readdir(trialsFolder(root)).catch(() => []);
  const digests = await Promise.all(cells.map((cell) => findHold(root, cell)));
  return new Set(digests.filter((digest) => digest !== undefined));
}

async function* bytesOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
