import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { TickworkError } from '../../../core/errors.ts';
import { isEntryName, resolveInside } from './inside-folder.ts';
import { readRegularFile } from './regular-file.ts';

/** One class a line, in the order of their numbers; what follows a name and a tab is a remark. */
export const CLASS_LIST = 'classes.txt';

const MAX_BYTES = 4 * 2 ** 20;
/** Labels are 16 bits wide. */
const MAX_CLASSES = 65_535;

/**
 * Names of an image folder's classes, which are names of folders.
 * @param root real path of the folder.
 * @returns undefined when the folder has no list.
 * @throws TickworkError DATASET_CORRUPT naming the line that is not the name of a folder or repeats one, or when the list is
 * a link that leads out of the folder, no regular file or too long; DATASET_MISSING when it cannot be read.
 */
export async function readClassList(root: string): Promise<readonly string[] | undefined> {
  const path = join(root, CLASS_LIST);
  const text = await readList(root);
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
  requireClassCount('DATASET_CORRUPT', `${path} to name`, names.length);
  return names;
}

/**
 * @param code of the error when there are too few.
 * @param expected what should have so many, as "… to name".
 * @throws TickworkError when there are not at least 2 classes, or more than 16-bit labels can number.
 */
export function requireClassCount(code: 'DATASET_MISSING' | 'DATASET_CORRUPT', expected: string, count: number): void {
  if (count >= 2 && count <= MAX_CLASSES) return;
  throw new TickworkError(
    count < 2 ? code : 'DATASET_CORRUPT',
    `Expected ${expected} 2 to ${MAX_CLASSES} classes, got ${count}.`,
  );
}

/** @returns undefined when there is no such entry. @throws TickworkError as `resolveInside` and `readRegularFile` do. */
async function readList(root: string): Promise<string | undefined> {
  const there = await lstat(join(root, CLASS_LIST)).catch(() => undefined);
  if (there === undefined) return undefined;
  const path = await resolveInside(root, root, CLASS_LIST);
  return (await readRegularFile(path, MAX_BYTES, 'a list')).toString();
}

function corrupt(path: string, index: number, expected: string, found: string): TickworkError {
  const shown = JSON.stringify(found.length > 80 ? `${found.slice(0, 80)}…` : found);
  return new TickworkError(
    'DATASET_CORRUPT',
    `Expected line ${index + 1} of ${path} ${expected}, got ${shown}. Correct the list.`,
  );
}
