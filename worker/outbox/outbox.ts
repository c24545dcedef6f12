import type { Clock } from '../../runtime/clock.ts';
import { type Deferred, deferred } from '../../runtime/deferred.ts';
import { createLifecycle } from '../../runtime/lifecycle.ts';
import type { Folder } from './folder.ts';
import type { Frame } from './frame.ts';
import { createFrameLog } from './frame-log.ts';

/**
 * Records on disk, from the moment the worker promises to deliver them until the coordinator's receipt (invariant I2).
 * Bytes with an id; what they mean is not the outbox's business.
 *
 * On the disk a record is a *keep* frame and its receipt a *forget* frame. Appends that come while a write is under way
 * share the next fdatasync (group commit). When forgotten bytes outweigh the living ones, and at start, the log is
 * replaced by one with the living records only. These are held in memory as well: some 400 bytes for each.
 */
export interface Outbox {
  /**
   * Resolves once the record is on the disk, with false when a living record has this id already (the first is kept).
   * A disk that refuses is asked again for ever; rejects only when the outbox is closed before it gives in.
   */
  append(id: string, payload: Uint8Array): Promise<boolean>;
  /**
   * Drops records at once; the forget frame follows with the next write. Unknown ids are ignored.
   * @returns those dropped.
   */
  forget(ids: readonly string[]): readonly string[];
  /** Resolves once everything said before is on the disk. */
  flush(): Promise<void>;
  get(id: string): Uint8Array | undefined;
  /** Ids of the living records, oldest first. */
  ids(): readonly string[];
  readonly size: number;
  /**
   * What start found: records of an earlier process, and bytes that were no whole frame (left by a crash in a write).
   */
  readonly found: { readonly records: number; readonly damagedBytes: number };
  /** Writes what waits, then gives the directory free. Idempotent. */
  close(): Promise<void>;
}

export interface OutboxOptions {
  readonly clock: Clock;
  /** Told of each write that the disk refused. */
  readonly onDiskError?: (error: unknown) => void;
  /** Forgotten bytes that are tolerated before the log is replaced. */
  readonly garbageBytes?: number;
}

interface Append {
  readonly id: string;
  readonly payload: Uint8Array;
  readonly done: Deferred<boolean>;
}

const DISK_RETRY_MS = 1_000;

/** @param folder the outbox's own from now on; closed with it. */
export async function openOutbox(folder: Folder, options: OutboxOptions): Promise<Outbox> {
  const { clock, onDiskError = () => undefined, garbageBytes = 1024 * 1024 } = options;
  const lifecycle = createLifecycle();
  const log = createFrameLog(folder);
  const alive = new Map<string, Uint8Array>();
  let aliveBytes = 0;

  /** Appends, by id, that are not on the disk yet, and ids whose forget frame is not. */
  const waiting = new Map<string, Append>();
  let forgotten: string[] = [];
  let writing: Promise<void> | undefined;
  const closing = new AbortController();

  function keep(id: string, payload: Uint8Array): void {
    aliveBytes += payload.length;
    alive.set(id, payload);
  }

  function drop(id: string): boolean {
    aliveBytes -= alive.get(id)?.length ?? 0;
    return alive.delete(id);
  }

  const replaceLog = (): Promise<void> =>
    log.replace([...alive].map(([id, payload]): Frame => ({ kind: 'keep', id, payload })));

  async function load(): Promise<Outbox['found']> {
    const { frames, damagedBytes } = await log.read();
    for (const frame of frames) {
      drop(frame.id);
      if (frame.kind === 'keep') keep(frame.id, frame.payload);
    }
    await replaceLog();
    return { records: alive.size, damagedBytes };
  }

  /** Everything that waits now, behind one fdatasync. */
  async function writeBatch(): Promise<void> {
    const appends = [...waiting.values()];
    const frames = [
      ...forgotten.map((id): Frame => ({ kind: 'forget', id })),
      ...appends.map(({ id, payload }): Frame => ({ kind: 'keep', id, payload })),
    ];
    forgotten = [];
    let replaceFirst = log.bytes > 2 * aliveBytes + garbageBytes;
    for (;;) {
      try {
        if (replaceFirst) await replaceLog();
        await log.append(frames);
        break;
      } catch (error) {
        replaceFirst = true;
        onDiskError(error);
        if (closing.signal.aborted) return giveUp(appends, error);
        await clock.sleep(DISK_RETRY_MS, closing.signal);
      }
    }
    for (const { id, payload, done } of appends) {
      waiting.delete(id);
      keep(id, payload);
      done.resolve(true);
    }
  }

  function giveUp(appends: readonly Append[], error: unknown): void {
    for (const { id, done } of appends) {
      waiting.delete(id);
      done.reject(error);
    }
  }

  async function writeAll(): Promise<void> {
    while (waiting.size > 0 || forgotten.length > 0) await writeBatch();
    writing = undefined;
  }

  function wake(): void {
    writing ??= Promise.resolve().then(writeAll);
  }

  lifecycle.add('folder', folder.close);
  lifecycle.add('log', log.close);
  const found = await load().catch(async (error: unknown) => {
    await lifecycle.release();
    throw error;
  });
  lifecycle.add('waiting writes', async () => {
    closing.abort();
    await writing;
  });

  return {
    async append(id, payload) {
      if (closing.signal.aborted) throw new Error(`Expected an open outbox for record ${id}, got one that is closed.`);
      const earlier = waiting.get(id);
      if (earlier) return earlier.done.promise.then(() => false);
      if (alive.has(id)) return false;
      const append: Append = { id, payload, done: deferred() };
      waiting.set(id, append);
      wake();
      return append.done.promise;
    },
    forget(ids) {
      if (closing.signal.aborted) return [];
      const dropped = ids.filter(drop);
      if (dropped.length > 0) {
        forgotten.push(...dropped);
        wake();
      }
      return dropped;
    },
    flush: async () => writing,
    get: (id) => alive.get(id),
    ids: () => [...alive.keys()],
    get size() {
      return alive.size;
    },
    found,
    close: lifecycle.release,
  };
}
