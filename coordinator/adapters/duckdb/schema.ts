import type { DuckDBConnection } from '@duckdb/node-api';
import { TickworkError } from '../../../core/errors.ts';

type ColumnType = 'VARCHAR' | 'BIGINT' | 'DOUBLE';

/** A table whose rows are written once and never changed. The first columns are its key. */
export interface TableSchema {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly key: readonly string[];
  /** Whether the database is to guard the key with an index. Default: true. */
  readonly indexed?: boolean;
  readonly check?: string;
}

/** Accepted results: at most one for a cell. `record` is the worker's record as JSON. */
export const RESULTS = {
  name: 'results',
  columns: {
    sweep_id: 'VARCHAR',
    cell: 'BIGINT',
    grid_index: 'BIGINT',
    seed: 'BIGINT',
    attempt: 'BIGINT',
    worker: 'VARCHAR',
    record: 'VARCHAR',
    content_hash: 'VARCHAR',
    sequence: 'BIGINT',
    committed_at: 'BIGINT',
    // Empty text where there is none; so is the next, the name of a trial.
    trial_key: 'VARCHAR',
    reused_from: 'VARCHAR',
  },
  key: ['sweep_id', 'cell'],
} as const satisfies TableSchema;

/**
 * The values of accepted results, with what grouping needs, so that a table is one scan without a join. They are written with
 * their result and by nobody else, so its key guards theirs; an index of their own would cost more than all the rest.
 */
export const METRIC_VALUES = {
  name: 'metrics',
  columns: { sweep_id: 'VARCHAR', cell: 'BIGINT', metric: 'VARCHAR', value: 'DOUBLE', grid_index: 'BIGINT' },
  key: ['sweep_id', 'cell', 'metric'],
  indexed: false,
  check: 'isfinite(value)',
} as const satisfies TableSchema;

/** Learning curves. `metrics` is a JSON object. */
export const REPORTS = {
  name: 'reports',
  columns: {
    sweep_id: 'VARCHAR',
    cell: 'BIGINT',
    attempt: 'BIGINT',
    train_epoch: 'BIGINT',
    metrics: 'VARCHAR',
    worker: 'VARCHAR',
    sequence: 'BIGINT',
  },
  key: ['sweep_id', 'cell', 'attempt', 'train_epoch'],
} as const satisfies TableSchema;

export const FAILURES = {
  name: 'failures',
  columns: {
    sweep_id: 'VARCHAR',
    cell: 'BIGINT',
    attempt: 'BIGINT',
    failure: 'VARCHAR',
    message: 'VARCHAR',
    worker: 'VARCHAR',
    duration_ms: 'DOUBLE',
    sequence: 'BIGINT',
  },
  key: ['sweep_id', 'cell', 'attempt'],
} as const satisfies TableSchema;

/** Records kept for inspection only. */
export const SET_ASIDE = {
  name: 'set_aside',
  columns: {
    id: 'VARCHAR',
    content_hash: 'VARCHAR',
    disposition: 'VARCHAR',
    reason: 'VARCHAR',
    body: 'VARCHAR',
    sequence: 'BIGINT',
    noted_at: 'BIGINT',
  },
  key: ['id', 'content_hash'],
} as const satisfies TableSchema;

const TABLES: readonly TableSchema[] = [RESULTS, METRIC_VALUES, REPORTS, FAILURES, SET_ASIDE];

const SCHEMA_VERSION = 2;

/** What makes a database of each earlier version one of the next. */
const MIGRATIONS: Readonly<Record<number, readonly string[]>> = {
  // Results know their recipe: those of before have no key, and nobody reuses them.
  1: ['trial_key', 'reused_from'].flatMap((column) => [
    `ALTER TABLE results ADD COLUMN ${column} VARCHAR DEFAULT ''`,
    `ALTER TABLE results ALTER COLUMN ${column} SET NOT NULL`,
    `ALTER TABLE results ALTER COLUMN ${column} DROP DEFAULT`,
  ]),
};

/**
 * Creates the tables of a new database, and brings one of an earlier version up to date, all of it or nothing.
 * @throws TickworkError CONFIG_INVALID for a database of a later schema version.
 */
export async function ensureSchema(connection: DuckDBConnection, path: string): Promise<void> {
  await connection.run('CREATE TABLE IF NOT EXISTS meta (schema_version BIGINT NOT NULL)');
  const versions = (await connection.runAndReadAll('SELECT schema_version FROM meta')).getRowsJS();
  if (versions.length === 0) {
    await connection.run('BEGIN');
    for (const table of TABLES) await connection.run(createStatement(table));
    await connection.run(`INSERT INTO meta VALUES (${SCHEMA_VERSION})`);
    await connection.run('COMMIT');
    return;
  }
  const found = Number(versions[0]?.[0]);
  if (found > SCHEMA_VERSION || (found < SCHEMA_VERSION && MIGRATIONS[found] === undefined)) {
    const message =
      `Expected ${path} to have schema version ${SCHEMA_VERSION}, got ${found}. ` +
      'Start the Tickwork version that wrote it, or choose another state directory.';
    throw new TickworkError('CONFIG_INVALID', message);
  }
  if (found < SCHEMA_VERSION) await migrate(connection, found);
}

async function migrate(connection: DuckDBConnection, from: number): Promise<void> {
  await connection.run('BEGIN');
  for (let version = from; version < SCHEMA_VERSION; version++)
    for (const statement of MIGRATIONS[version] ?? []) await connection.run(statement);
  await connection.run(`UPDATE meta SET schema_version = ${SCHEMA_VERSION}`);
  await connection.run('COMMIT');
  // Nothing of it is left to be replayed at the next start.
  await connection.run('CHECKPOINT');
}

function createStatement({ name, columns, key, indexed = true, check }: TableSchema): string {
  const lines = Object.entries(columns).map(([column, type]) => `${column} ${type} NOT NULL`);
  if (indexed) lines.push(`PRIMARY KEY (${key.join(', ')})`);
  if (check) lines.push(`CHECK (${check})`);
  return `CREATE TABLE ${name} (${lines.join(', ')})`;
}
