import { mkdir, realpath } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { TickworkError } from '../../../core/errors.ts';
import { ensureSchema } from './schema.ts';

export interface Database {
  /** Runs `work` in one transaction, after all earlier ones: durable when this resolves, undone when it rejects. */
  transaction<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  /** For reading: it sees what is committed. */
  readonly reader: DuckDBConnection;
  /** Runs `work` on a connection of its own, for what takes long. */
  withConnection<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const FILE = 'results.duckdb';

/** No network: an extension is either built in or not used. */
const SETTINGS = {
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  memory_limit: '1GB',
  threads: String(Math.min(4, availableParallelism())),
};

/** DuckDB's file lock keeps other processes out, but POSIX locks do not hold within the process that has them. */
const openHere = new Set<string>();

/**
 * The database of a state directory, both created when they are missing.
 * @throws TickworkError STATE_DIRECTORY_IN_USE, CONFIG_INVALID
 */
export async function openDatabase(stateDirectory: string): Promise<Database> {
  await mkdir(stateDirectory, { recursive: true });
  const directory = await realpath(stateDirectory);
  const path = join(directory, FILE);
  if (openHere.has(path)) throw inUse(stateDirectory, process.pid, undefined);
  openHere.add(path);
  try {
    const instance = await DuckDBInstance.create(path, SETTINGS).catch((error: unknown) => {
      throw openError(stateDirectory, error);
    });
    const writer = await instance.connect();
    await ensureSchema(writer, path);
    return createDatabase(instance, writer, await instance.connect(), () => openHere.delete(path));
  } catch (error) {
    openHere.delete(path);
    throw error;
  }
}

function createDatabase(
  instance: DuckDBInstance,
  writer: DuckDBConnection,
  reader: DuckDBConnection,
  closed: () => void,
): Database {
  let queue: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  async function transact<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    await writer.run('BEGIN');
    try {
      const value = await work(writer);
      await writer.run('COMMIT');
      return value;
    } catch (error) {
      // A failed COMMIT has rolled back by itself.
      await writer.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async function close(): Promise<void> {
    await queue;
    // What closing would do on the main thread.
    await writer.run('CHECKPOINT').catch(() => undefined);
    reader.closeSync();
    writer.closeSync();
    instance.closeSync();
    closed();
  }

  return {
    reader,
    transaction(work) {
      const done = queue.then(() => transact(work));
      queue = done.catch(() => undefined);
      return done;
    },
    async withConnection(work) {
      const connection = await instance.connect();
      try {
        return await work(connection);
      } finally {
        connection.closeSync();
      }
    },
    close: () => (closing ??= close()),
  };
}

function openError(stateDirectory: string, error: unknown): unknown {
  const text = error instanceof Error ? error.message : String(error);
  if (/could not set lock/i.test(text)) {
    const pid = /PID (\d+)/.exec(text)?.[1];
    return inUse(stateDirectory, pid === undefined ? undefined : Number(pid), error);
  }
  const message = `Expected ${join(stateDirectory, FILE)} to be a DuckDB database that can be opened, got: ${text}. Restore it from a backup, or choose another state directory.`;
  return new TickworkError('CONFIG_INVALID', message, { cause: error });
}

function inUse(stateDirectory: string, pid: number | undefined, cause: unknown): TickworkError {
  const holder = pid === undefined ? 'another process' : `process ${pid}`;
  const message = `Expected the state directory ${stateDirectory} to be free, but ${holder} holds it. Stop that coordinator, or choose another directory.`;
  return new TickworkError('STATE_DIRECTORY_IN_USE', message, { cause });
}
