import { appendFile, readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What a machine leaves behind that dies in a write to the outbox's file: the beginning of a frame that was never promised to
 * anybody. Half of the file's first frame is as good a torn frame as any; it says that more bytes follow than there are.
 */
export async function tearOutbox(stateDir: string): Promise<void> {
  const folder = join(stateDir, 'outbox');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();
  const newest = files.at(-1);
  if (newest === undefined) return;
  const path = join(folder, newest);
  const bytes = await readFile(path);
  if (bytes.length < 16) {
    await appendFile(path, Uint8Array.of(200, 0, 0, 0, 1, 2, 3, 4, 1));
    return;
  }
  const frame = bytes.subarray(0, 8 + bytes.readUInt32LE(0));
  await appendFile(path, frame.subarray(0, Math.ceil(frame.length / 2)));
  // And a draft of the next generation that was never renamed.
  const draft = `${path}.draft`;
  await appendFile(draft, frame);
  await truncate(draft, Math.floor(frame.length / 3));
}
