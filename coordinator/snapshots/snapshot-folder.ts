import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '../../runtime/logger.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot.ts';

/** Snapshots of a state directory. Nothing depends on them: the event log has it all, and takes longer to tell. */
export interface SnapshotFolder {
  /** The newest that is whole and of this log; a damaged one is left out with a warning. */
  newest(batchId: (sequence: number) => Promise<string | undefined>): Promise<Snapshot | undefined>;
  /** Whole or not at all, whenever the process or the machine dies. Older ones are removed, but for the last. */
  save(snapshot: Snapshot): Promise<void>;
}

const FILE = /^snapshot-(\d{12})\.bin$/;
const DRAFT = '.draft';
const KEPT = 2;

export async function openSnapshotFolder(stateDirectory: string, logger: Logger): Promise<SnapshotFolder> {
  const folder = join(stateDirectory, 'snapshots');
  await mkdir(folder, { recursive: true });

  /** Newest first. */
  async function files(): Promise<readonly string[]> {
    return (await readdir(folder))
      .filter((name) => FILE.test(name))
      .sort()
      .reverse();
  }

  async function sync(): Promise<void> {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  }

  return {
    async newest(batchId) {
      for (const name of await files()) {
        try {
          const snapshot = decodeSnapshot(await readFile(join(folder, name)));
          if ((await batchId(snapshot.sequence)) === snapshot.batchId) return snapshot;
          logger.warn({ name }, 'A snapshot is not of this event log; reading more of the log instead');
        } catch (error) {
          logger.warn({ name, err: error }, 'A snapshot cannot be used; reading more of the log instead');
        }
      }
      return undefined;
    },
    async save(snapshot) {
      const path = join(folder, `snapshot-${String(snapshot.sequence).padStart(12, '0')}.bin`);
      const bytes = encodeSnapshot(snapshot);
      const file = await open(path + DRAFT, 'w');
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(path + DRAFT, path);
      await sync();
      const old = (await files()).slice(KEPT);
      const drafts = (await readdir(folder)).filter((name) => name.endsWith(DRAFT));
      await Promise.all([...old, ...drafts].map((name) => rm(join(folder, name), { force: true })));
    },
  };
}
