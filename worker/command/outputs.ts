import { mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { CommandSpec, Handover } from '../../core/command/command.ts';
import { TickworkError } from '../../core/errors.ts';
import { writeDurably } from '../training/checkpoints/durable-file.ts';
import { outputsRoot } from '../training/checkpoints/folders.ts';

/** One attempt at a cell, among all that may leave something in a checkpoint folder. */
interface Attempt {
  /** Names the sweep and the cell, as a file name may. */
  readonly cell: string;
  readonly attempt: number;
}

/** What a trial has left for those that wait for it. */
export interface LeftOutput {
  /** Of its sweep. */
  readonly cell: number;
  readonly seed: number;
  readonly parameters: CommandSpec['parameters'];
  readonly metrics: Readonly<Record<string, number>>;
  /** What its program has left there. */
  readonly outputDir: string;
}

/** What lies beside an output: the proof that it is whole. */
const noteSchema = z.object({
  seed: z.int(),
  parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.unknown())])),
  metrics: z.record(z.string(), z.number()),
});

/** Of each attempt its own: one that was given up may write for a while beside its successor. */
const folderOf = (root: string, { cell, attempt }: Attempt): string =>
  join(outputsRoot(root), cell, `attempt-${attempt}`);
const noteOf = (root: string, attempt: Attempt): string => `${folderOf(root, attempt)}.json`;

/** An empty folder for what an attempt leaves. @returns its path. */
export async function prepareOutput(root: string, attempt: Attempt): Promise<string> {
  const folder = folderOf(root, attempt);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

/** The attempt has a result: whoever waits for it may use what it has left. */
export async function noteOutput(
  root: string,
  attempt: Attempt,
  { parameters, seed }: CommandSpec,
  metrics: Readonly<Record<string, number>>,
): Promise<void> {
  const text = `${JSON.stringify({ seed, parameters, metrics })}\n`;
  const path = noteOf(root, attempt);
  await writeDurably(`${path}.draft`, pieces(text), () => path);
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

/** The attempt has no result: what it has left is nobody's. */
export async function forgetOutput(root: string, attempt: Attempt): Promise<void> {
  await rm(folderOf(root, attempt), { recursive: true, force: true });
  await forgetEmptyOutput(root, attempt);
}

/** Nobody waits for the attempt: where it has left nothing, its folder and that of its cell go, unless other attempts have theirs there. */
export async function forgetEmptyOutput(root: string, attempt: Attempt): Promise<void> {
  const folder = folderOf(root, attempt);
  await rmdir(folder).catch(() => undefined);
  await rmdir(dirname(folder)).catch(() => undefined);
}

/**
 * What the trials have left that one has waited for, in their order.
 * @param cell that of the waiting trial: its upstreams are of the same sweep.
 * @throws TickworkError UPSTREAM_MISSING where one of them is not in this folder.
 */
export async function findOutputs(root: string, cell: string, { upstreams }: Handover): Promise<readonly LeftOutput[]> {
  const sweep = cell.slice(0, cell.lastIndexOf('.'));
  return Promise.all(
    upstreams.map(async (upstream): Promise<LeftOutput> => {
      const attempt = { cell: `${sweep}.${upstream.cell}`, attempt: upstream.attempt };
      const path = noteOf(root, attempt);
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        throw new TickworkError(
          'UPSTREAM_MISSING',
          `Expected ${path}, what cell ${upstream.cell} has left, got ${error.code}. Workers that run trials which wait for each other have to share --checkpoint-dir.`,
        );
      });
      const note = noteSchema.parse(JSON.parse(text)) as Omit<LeftOutput, 'cell' | 'outputDir'>;
      return { cell: upstream.cell, ...note, outputDir: folderOf(root, attempt) };
    }),
  );
}
