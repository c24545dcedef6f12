import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TickworkError } from '../../../core/errors.ts';
import { isEntryName } from './inside-folder.ts';

/** One class a line, in the order of their numbers; what follows a name and a tab is a remark. */
export const CLASS_LIST = 'classes.txt';

const MAX_BYTES = 4 * 2 ** 20;
/** Labels are 16 bits wide. */
const MAX_CLASSES = 65_535;

/**
 * Names of an image folder's classes, which are names of folders.
 * @returns undefined when the folder has no list.
 * @throws TickworkError DATASET_CORRUPT naming the line that is not the name of a folder or repeats one.
 */
export async function readClassList(directory: string): Promise<readonly string[] | undefined> {
  const path = join(directory, CLASS_LIST);
  const text = await readShortText(path);
  if (text === undefined) return undefined;
  const names: string[] = [];
  const seen = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const name = (line.split('\t')[0] ?? '').trim();
    if (name === '') continue;
    if (!isEntryName(name)) throw corrupt(path, index, 'to be the name of a folder', name);
    if (seen.has(name)) throw corrupt(path, index, 'to be a class that was not named before', name);
    seen.add(name);
    names.push(name);
  }
  if (names.length < 2 || names.length > MAX_CLASSES) {
    throw new TickworkError(
      'DATASET_CORRUPT',
      `Expected ${path} to name 2 to ${MAX_CLASSES} classes, got ${names.length}.`,
    );
  }
  return names;
}

/** @returns undefined when there is no such file. @throws TickworkError DATASET_CORRUPT when it is too long for a list. */
async function readShortText(path: string): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size <= MAX_BYTES) return await readFile(path, 'utf8');
    throw new TickworkError('DATASET_CORRUPT', `Expected ${path} to have at most ${MAX_BYTES} bytes, got ${size}.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof TickworkError) throw error;
    throw new TickworkError('DATASET_MISSING', `Expected ${path} to be a readable file, got ${String(error)}.`, {
      cause: error,
    });
  }
}

function corrupt(path: string, index: number, expected: string, found: string): TickworkError {
  const shown = JSON.stringify(found.length > 80 ? `${found.slice(0, 80)}…` : found);
  return new TickworkError(
    'DATASET_CORRUPT',
    `Expected line ${index + 1} of ${path} ${expected}, got ${shown}. Correct the list.`,
  );
}
