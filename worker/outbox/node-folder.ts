import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../runtime/clock.ts';
import { lockDirectory } from '../../runtime/directory-lock.ts';
import type { AppendFile, Folder } from './folder.ts';

/**
 * A directory of this machine, made if it is missing, held by this process alone.
 * @throws TickworkError STATE_DIRECTORY_IN_USE
 */
export async function openNodeFolder(directory: string, clock: Clock): Promise<Folder> {
  await mkdir(directory, { recursive: true });
  const unlock = await lockDirectory(directory, clock);
  let closed: Promise<void> | undefined;
  return {
    list: () => readdir(directory),
    read: (name) => readFile(join(directory, name)),
    create: async (name) => appendFile(await open(join(directory, name), 'w')),
    rename: (from, to) => rename(join(directory, from), join(directory, to)),
    remove: (name) => rm(join(directory, name), { force: true }),
    async sync() {
      const handle = await open(directory, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    close: () => (closed ??= unlock()),
  };
}

function appendFile(handle: FileHandle): AppendFile {
  return {
    write: async (bytes) => (await handle.write(bytes)).bytesWritten,
    datasync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
