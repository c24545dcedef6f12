import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TickworkError } from '../../../core/errors.ts';
import type { StepState } from '../../../engine/executor.ts';
import type { TrainingProgress } from '../progress.ts';
import type { Checkpoint } from './checkpoint.ts';
import { writeDurably } from './durable-file.ts';
import { encodeTensorFile, readTensorFile } from './tensor-file.ts';

/**
 * The checkpoints of one trial: files `<step>-<fingerprint>-<SHA-256 of the bytes>.checkpoint` in a folder of its own, which
 * may be on a file system that workers share.
 */
export interface CheckpointStore {
  /**
   * Durable when it resolves; then all but the last two of this fingerprint are removed.
   * @param step training steps done over the whole trial.
   */
  save(step: number, progress: TrainingProgress, state: StepState): Promise<void>;
  /**
   * The newest checkpoint that is whole and of this fingerprint. What had to be skipped is told to `onProblem`; a file
   * whose bytes are not those that its name promises is deleted.
   */
  latest(): Promise<FoundCheckpoint | undefined>;
}

export interface FoundCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly step: number;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
}

export interface CheckpointStoreOptions {
  readonly folder: string;
  /** SHA-256 (hex) of the trial and of what computes it. */
  readonly fingerprint: string;
  /** Names the drafts of this process: a trial that was thought dead may still write into the same folder. */
  readonly writer: string;
  readonly onProblem: (message: string) => void;
}

const FILE = /^(\d{12})-([0-9a-f]{16})-([0-9a-f]{64})\.checkpoint$/;
/** A second one, in case the last turns out to be damaged. */
const KEPT = 2;

export function createCheckpointStore(options: CheckpointStoreOptions): CheckpointStore {
  const { folder, fingerprint, writer, onProblem } = options;
  const prefix = fingerprint.slice(0, 16);

  /** Newest first. */
  async function files(): Promise<readonly CheckpointFile[]> {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const found = names.flatMap((name): CheckpointFile[] => {
      const match = FILE.exec(name);
      return match ? [{ path: join(folder, name), step: Number(match[1]), owner: match[2], digest: match[3] }] : [];
    });
    return found.sort((a, b) => b.step - a.step);
  }

  async function read({ path, digest }: CheckpointFile): Promise<Checkpoint | undefined> {
    try {
      const { head, tensors, digest: actual } = await readTensorFile(path);
      if (actual === digest) return { ...(head as CheckpointHead), state: tensors };
      await remove(path, `Expected ${path} to have the SHA-256 in its name, got ${actual}.`);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (error instanceof TickworkError) await remove(path, message);
      else onProblem(`Skipped the checkpoint ${path}. ${message}`);
    }
    return undefined;
  }

  async function remove(path: string, why: string): Promise<void> {
    await rm(path, { force: true });
    onProblem(`Deleted a damaged checkpoint. ${why}`);
  }

  return {
    async save(step, progress, state) {
      const name = (digest: string): string => `${String(step).padStart(12, '0')}-${prefix}-${digest}.checkpoint`;
      const draft = join(folder, `${writer}.draft`);
      const head: CheckpointHead = { fingerprint, progress };
      const pieces = encodeTensorFile(head, state.names, state.read);
      await writeDurably(draft, pieces, (digest) => join(folder, name(digest)));
      const own = (await files()).filter(({ owner }) => owner === prefix);
      for (const { path } of own.slice(KEPT)) await rm(path, { force: true });
    },
    async latest() {
      for (const file of await files()) {
        const found = file.owner === prefix ? await read(file) : undefined;
        if (found?.fingerprint === fingerprint)
          return { checkpoint: found, step: file.step, digest: file.digest ?? '' };
        if (file.owner !== prefix)
          onProblem(`Skipped the checkpoint ${file.path}: another configuration, executor or version has made it.`);
      }
      return undefined;
    },
  };
}

type CheckpointHead = Omit<Checkpoint, 'state'>;

interface CheckpointFile {
  readonly path: string;
  readonly step: number;
  readonly owner: string | undefined;
  readonly digest: string | undefined;
}
