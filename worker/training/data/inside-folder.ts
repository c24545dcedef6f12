import { realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { TickworkError } from '../../../core/errors.ts';

/**
 * Whether a word from a list or a file is the name of one entry of a folder, and no way out of it.
 * Spaces and all scripts are allowed; separators of any system, control characters and leading dots are not.
 */
export function isEntryName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return name.length > 0 && name.length <= 255 && !name.startsWith('.') && !/[/\\:\u0000-\u001f\u007f]/.test(name);
}

/** The real path of a dataset's folder. @throws TickworkError DATASET_MISSING when it cannot be found. */
export const resolveFolder = (directory: string): Promise<string> => realPath(directory);

/**
 * The real path of an entry of a folder, whatever links lie on the way.
 * @param root real path that it must lie in.
 * @throws TickworkError DATASET_MISSING when there is no such entry, DATASET_CORRUPT when it lies outside of `root`.
 */
export async function resolveInside(root: string, folder: string, name: string): Promise<string> {
  const path = join(folder, name);
  const real = await realPath(path);
  if (isEntryName(name) && (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep))) return real;
  throw new TickworkError(
    'DATASET_CORRUPT',
    `Expected ${path} to lie in ${root}, got ${real}. Move the files into the dataset's folder.`,
  );
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new TickworkError(
      'DATASET_MISSING',
      `Expected ${path} to be there, got ${code}. Install the dataset or name the directory it is in.`,
      { cause: error },
    );
  }
}
