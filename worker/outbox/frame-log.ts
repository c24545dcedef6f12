import type { AppendFile, Folder } from './folder.ts';
import { encodeFrame, type Frame, type Scan, scanFrames } from './frame.ts';

/**
 * The outbox's file, `outbox-{generation}.log`. It only grows; to shrink, the frames that still matter are written to
 * the file of the next generation, which then replaces the older ones. A crash at any point leaves files that read the
 * same. Every call must wait for the one before.
 */
export interface FrameLog {
  /** All frames of all files, oldest first. Call it once, before the first write. */
  read(): Promise<Scan>;
  /** Replaces everything by `frames`; durable when it resolves. */
  replace(frames: readonly Frame[]): Promise<void>;
  /** Durable when it resolves. After a rejection nobody knows what the file holds: replace() must come next. */
  append(frames: readonly Frame[]): Promise<void>;
  /** Bytes of the current file; 0 before the first replace(). */
  readonly bytes: number;
  close(): Promise<void>;
}

const FILE = /^outbox-(\d{10})\.log$/;
const DRAFT = '.draft';
const fileName = (generation: number): string => `outbox-${String(generation).padStart(10, '0')}.log`;

export function createFrameLog(folder: Folder): FrameLog {
  let generation = 0;
  let file: AppendFile | undefined;
  let bytes = 0;

  async function files(): Promise<{ readonly name: string; readonly generation: number }[]> {
    const found = (await folder.list()).flatMap((name) => {
      const match = FILE.exec(name);
      return match ? [{ name, generation: Number(match[1]) }] : [];
    });
    return found.sort((a, b) => a.generation - b.generation);
  }

  async function deleteOlder(): Promise<void> {
    for (const older of await files()) {
      if (older.generation < generation) await folder.remove(older.name);
    }
  }

  return {
    async read() {
      const frames: Frame[] = [];
      let damagedBytes = 0;
      for (const { name, generation: latest } of await files()) {
        const scan = scanFrames(await folder.read(name));
        for (const frame of scan.frames) frames.push(frame);
        damagedBytes += scan.damagedBytes;
        generation = latest;
      }
      return { frames, damagedBytes };
    },
    async replace(frames) {
      const name = fileName(generation + 1);
      const contents = Buffer.concat(frames.map(encodeFrame));
      const next = await folder.create(name + DRAFT);
      try {
        await writeDurably(next, contents);
        await folder.rename(name + DRAFT, name);
        // A renamed file is only sure to be found after a power loss once its directory is synchronised.
        await folder.sync();
      } catch (error) {
        await next.close();
        throw error;
      }
      const previous = file;
      file = next;
      bytes = contents.length;
      generation++;
      await previous?.close();
      await deleteOlder();
    },
    async append(frames) {
      if (!file) throw new Error('Expected replace() before append(): there is no file yet.');
      const contents = Buffer.concat(frames.map(encodeFrame));
      await writeDurably(file, contents);
      bytes += contents.length;
    },
    get bytes() {
      return bytes;
    },
    async close() {
      await file?.close();
      file = undefined;
    },
  };
}

async function writeDurably(file: AppendFile, contents: Buffer): Promise<void> {
  for (let written = 0; written < contents.length; ) written += await file.write(contents.subarray(written));
  await file.datasync();
}
