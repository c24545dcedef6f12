import type { AppendFile, Folder } from '../../worker/outbox/folder.ts';
import type { Flaws } from '../check/planted-bugs.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';

/**
 * One directory on a disk that keeps what was synchronised and may lose the rest: a process that is killed loses nothing
 * (the kernel has it), a machine that loses power keeps some beginning of what was written since the last synchronisation, and
 * maybe garbage behind it.
 */
export interface Disk {
  /** The directory, for a process. @throws when another living process has it. */
  open(process: Process): Folder;
  /** Keeps what is sure to survive and a random part of the rest. */
  losePower(): void;
  /** Called once, right after the next write and before it is synchronised. */
  afterNextWrite(run: () => void): void;
  /** While full, a write takes a part of its bytes or none. */
  full: boolean;
  /** The files as they are now. */
  files(): readonly DiskFile[];
  /** What of them is sure to survive a loss of power now. */
  durableFiles(): readonly DiskFile[];
}

export interface DiskFile {
  /** The same for as long as this file only grows. */
  readonly identity: object;
  readonly bytes: Buffer;
}

interface Inode {
  bytes: Buffer;
  /** Of `bytes`, how many survive. */
  durable: number;
}

export interface DiskOptions {
  readonly random: Random;
  readonly flaws: Pick<Flaws, 'outboxSkipsFsync'>;
}

/** Share of losses of power that leave garbage, and of those that leave files as long as they were. */
const GARBLED = 0.4;
const WHOLE_LENGTH = 0.5;
const NO_SPACE = 'ENOSPC: no space left on device, write';

export function createDisk({ random, flaws }: DiskOptions): Disk {
  let entries = new Map<string, Inode>();
  let durableEntries = new Map<string, Inode>();
  let holder: Process | undefined;
  let full = false;
  let armed: (() => void) | undefined;

  function appendFile(inode: Inode, process: Process): AppendFile {
    return {
      async write(bytes) {
        await process.wait(random.between(0.05, 2));
        const taken = full ? random.integer(0, bytes.length - 1) : bytes.length;
        inode.bytes = Buffer.concat([inode.bytes, bytes.subarray(0, taken)]);
        const run = armed;
        armed = undefined;
        if (run) process.enter(run);
        if (taken === 0) throw new Error(NO_SPACE);
        return taken;
      },
      async datasync() {
        await process.wait(random.between(1, 10));
        if (!flaws.outboxSkipsFsync) inode.durable = inode.bytes.length;
      },
      async close() {},
    };
  }

  function existing(name: string): Inode {
    const inode = entries.get(name);
    if (!inode) throw new Error(`ENOENT: no such file or directory, open '${name}'`);
    return inode;
  }

  function survivor(inode: Inode): Inode {
    const { durable } = inode;
    const length = random.chance(WHOLE_LENGTH) ? inode.bytes.length : random.integer(durable, inode.bytes.length);
    const bytes = Buffer.from(inode.bytes.subarray(0, length));
    // Blocks reach the disk in any order: the file may have its length, and in it what lay there before.
    if (random.chance(GARBLED)) {
      const from = random.integer(durable, length);
      const to = random.chance(0.5) ? length : random.integer(from, length);
      for (let at = from; at < to; at++) bytes[at] = random.integer(0, 255);
    }
    return { bytes, durable: length };
  }

  return {
    open(process) {
      if (holder?.alive) throw new Error(`Expected a free directory, got one that ${holder.name} works in.`);
      holder = process;
      return {
        async list() {
          await process.wait(0.1);
          return [...entries.keys()];
        },
        async read(name) {
          await process.wait(0.5);
          return Buffer.from(existing(name).bytes);
        },
        async create(name) {
          await process.wait(0.1);
          const inode = { bytes: Buffer.alloc(0), durable: 0 };
          entries.set(name, inode);
          return appendFile(inode, process);
        },
        async rename(from, to) {
          await process.wait(0.1);
          entries.set(to, existing(from));
          entries.delete(from);
        },
        async remove(name) {
          await process.wait(0.1);
          entries.delete(name);
        },
        async sync() {
          await process.wait(random.between(1, 5));
          if (!flaws.outboxSkipsFsync) durableEntries = new Map(entries);
        },
        async close() {
          if (holder === process) holder = undefined;
        },
      };
    },
    losePower() {
      // Directory entries survive all or as they were; a journal orders them.
      const kept = random.chance(0.5) ? durableEntries : entries;
      entries = new Map([...kept].map(([name, inode]) => [name, survivor(inode)]));
      durableEntries = new Map(entries);
      holder = undefined;
    },
    afterNextWrite(run) {
      armed = run;
    },
    get full() {
      return full;
    },
    set full(next) {
      full = next;
    },
    files: () => [...entries.values()].map((inode) => ({ identity: inode, bytes: inode.bytes })),
    durableFiles: () =>
      [...durableEntries.values()].map((inode) => ({ identity: inode, bytes: inode.bytes.subarray(0, inode.durable) })),
  };
}
