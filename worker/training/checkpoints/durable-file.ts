import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a file that is there whole or not at all, whatever is killed and when: a draft beside it is written,
 * synchronised and then renamed, and the folder synchronised.
 * @param draft path of the draft, in the folder of the file and of no other writer.
 * @param name gives the file's path from the SHA-256 (hex) of its bytes.
 * @returns the file's path.
 */
export async function writeDurably(
  draft: string,
  pieces: AsyncIterable<Uint8Array>,
  name: (digest: string) => string,
): Promise<string> {
  await mkdir(dirname(draft), { recursive: true });
  const hash = createHash('sha256');
  const file = await open(draft, 'w');
  try {
    for await (const piece of pieces) {
      hash.update(piece);
      await writeWhole(file, piece);
    }
    await file.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  const path = name(hash.digest('hex'));
  await rename(draft, path);
  await syncFolder(dirname(path));
  return path;
}

async function writeWhole(file: FileHandle, piece: Uint8Array): Promise<void> {
  for (let written = 0; written < piece.length; ) {
    written += (await file.write(piece, written, piece.length - written)).bytesWritten;
  }
}

/** A renamed file is only sure to be found after a power loss once its folder is synchronised. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
