/**
 * The directory of the outbox's files, and what a disk promises about them. Adapters: node-folder.ts, and one in the
 * simulation that loses what was not synchronised.
 */
export interface Folder {
  /** Names of its files, in any order. */
  list(): Promise<readonly string[]>;
  read(name: string): Promise<Buffer>;
  /** An empty file to append to; an earlier one of this name is gone. */
  create(name: string): Promise<AppendFile>;
  /** Atomic; replaces `to`. Open files stay open. Survives a power loss after sync(). */
  rename(from: string, to: string): Promise<void>;
  /** A file that does not exist is no error. */
  remove(name: string): Promise<void>;
  /** Renames and removals before it survive a power loss. */
  sync(): Promise<void>;
  /** Another process may have it then. Idempotent. */
  close(): Promise<void>;
}

export interface AppendFile {
  /** @returns how many of the bytes were taken, from the first on; the rest is to be written again. */
  write(bytes: Uint8Array): Promise<number>;
  /** All bytes written before survive a power loss. */
  datasync(): Promise<void>;
  close(): Promise<void>;
}
