import { BIGINT, type DuckDBConnection, type DuckDBType, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import type { TableSchema } from './schema.ts';

/** A row of a table, by column. BIGINT columns hold safe integers. */
export type Row<T extends TableSchema> = {
  readonly [C in keyof T['columns']]: T['columns'][C] extends 'VARCHAR' ? string : number;
};

/** Separates the parts of a key in memory; no id holds it, and a clash could only drop a row that has the same text. */
const SEPARATOR = '\u0000';

export function keyOf<T extends TableSchema>(table: T, row: Record<string, unknown>): string {
  return table.key.map((column) => String(row[column])).join(SEPARATOR);
}

/** The stored rows that have the key of one of `rows`: their key, and the value of `column`. */
export async function storedByKey<T extends TableSchema>(
  connection: DuckDBConnection,
  table: T,
  rows: readonly Row<T>[],
  column: string,
): Promise<Map<string, unknown>> {
  if (rows.length === 0) return new Map();
  const types = table.key.map((name) => (table.columns[name] === 'VARCHAR' ? VARCHAR : BIGINT));
  const lists = table.key.map((name, i) =>
    listValue(rows.map((row) => (types[i] === VARCHAR ? String(row[name]) : BigInt(row[name] as number)))),
  );
  const wanted = table.key.map((name, i) => `unnest($${i + 1}) AS ${name}`).join(', ');
  const sql =
    `SELECT ${table.key.join(', ')}, ${column} AS stored FROM ${table.name} ` +
    `SEMI JOIN (SELECT ${wanted}) AS wanted USING (${table.key.join(', ')})`;
  const found = await readRows(
    connection,
    sql,
    lists,
    types.map((type) => LIST(type)),
  );
  return new Map(found.map((row) => [keyOf(table, row), row['stored']]));
}

/** Appends rows whose keys are known to be absent, in the connection's open transaction. */
export async function append<T extends TableSchema>(
  connection: DuckDBConnection,
  table: T,
  rows: readonly Row<T>[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.entries(table.columns);
  const appender = await connection.createAppender(table.name);
  for (const row of rows as readonly Record<string, string | number>[]) {
    for (const [name, type] of columns) {
      const value = row[name];
      if (type === 'VARCHAR') appender.appendVarchar(value as string);
      else if (type === 'BIGINT') appender.appendBigInt(BigInt(value as number));
      else appender.appendDouble(value as number);
    }
    appender.endRow();
  }
  appender.closeSync();
}

/** Appends those of `rows` whose key is neither stored nor repeated: the first wins. */
export async function appendAbsent<T extends TableSchema>(
  connection: DuckDBConnection,
  table: T,
  rows: readonly Row<T>[],
): Promise<void> {
  const seen = new Set((await storedByKey(connection, table, rows, table.key[0] as string)).keys());
  const absent = rows.filter((row) => {
    const key = keyOf(table, row);
    return !seen.has(key) && seen.add(key);
  });
  await append(connection, table, absent);
}

/** Rows as plain JavaScript: BIGINT as number (all of ours are safe integers), NULL as null. */
export async function readRows(
  connection: DuckDBConnection,
  sql: string,
  values: Parameters<DuckDBConnection['runAndReadAll']>[1],
  types?: DuckDBType[],
): Promise<Record<string, unknown>[]> {
  const reader = await connection.runAndReadAll(sql, values, types);
  return reader.getRowObjectsJS().map((row) => {
    const plain: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(row)) plain[name] = typeof value === 'bigint' ? Number(value) : value;
    return plain;
  });
}
