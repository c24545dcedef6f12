import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { TickworkError } from '../../../core/errors.ts';

/** How a file is refused, in the words of whoever reads it. */
export type Refusal = (path: string, expected: string, found: string) => TickworkError;

/** A dataset's file that is not what its format says. */
export const damagedFile: Refusal = (path, expected, found) =>
  new TickworkError(
    'DATASET_CORRUPT',
    `Expected ${path} to be ${expected}, got ${found}. Install or copy the dataset again.`,
  );

/**
 * Opens a file of a dataset without waiting for anybody: opening a named pipe, and reading a device, may never end.
 * @returns the handle, which the caller closes, and its size in bytes.
 * @throws TickworkError DATASET_MISSING when it cannot be opened; DATASET_CORRUPT when it is a pipe, a device or a socket.
 */
export async function openRegularFile(
  path: string,
  refuse: Refusal = damagedFile,
): Promise<{ readonly file: FileHandle; readonly size: number }> {
  const file = await attempt(path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw missingFile(path, Object.assign(new Error('a folder'), { code: 'EISDIR' }));
    if (!stats.isFile()) throw refuse(path, 'a regular file', 'a pipe, a device or a socket');
    return { file, size: stats.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * The contents of a file, in memory of at most `maxBytes`.
 * @param what the file is, for the message: "a text", "an image".
 * @throws TickworkError as `openRegularFile` does; DATASET_CORRUPT when the file is longer.
 */
export async function readRegularFile(
  path: string,
  maxBytes: number,
  what: string,
  refuse: Refusal = damagedFile,
): Promise<Buffer> {
  const { file, size } = await openRegularFile(path, refuse);
  try {
    if (size > maxBytes) throw refuse(path, `${what} of at most ${maxBytes} bytes`, `${size}`);
    return await attempt(path, () => file.readFile());
  } finally {
    await file.close();
  }
}

/** What Node says of a file that cannot be opened or read, in the grammar of our own errors. */
export function missingFile(path: string, error: unknown): TickworkError {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  return new TickworkError(
    'DATASET_MISSING',
    `Expected ${path} to be a readable file, got ${code}. Install the dataset or name the directory it is in.`,
    { cause: error },
  );
}

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw missingFile(path, error);
  }
}
