import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Machine } from './machine.ts';

/** Where Debian puts servers; an ordinary user's PATH often lacks them. */
const SERVER_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** @returns the absolute path of a program on PATH, or undefined. */
export async function findExecutable(
  name: string,
  { env }: Machine,
  furtherFolders: readonly string[] = SERVER_FOLDERS,
): Promise<string | undefined> {
  const folders = [...(env.PATH ?? '').split(delimiter), ...furtherFolders].filter((folder) => isAbsolute(folder));
  for (const folder of folders) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

export async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
