import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, type DuckDBValue, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import type { Locator } from '../../../core/space/locator.ts';
import { digitSql } from './digit-sql.ts';

export interface ExportFactor {
  readonly name: string;
  readonly labels: readonly string[];
  readonly locator: Locator;
}

const FOLDER_PREFIX = 'export-';
const FIXED_BEFORE = ['cell', 'seed'];
const FIXED_AFTER = ['attempt', 'worker', 'reused_from', 'metric', 'value'];

/** One Parquet file: a row for each committed (cell, metric), ordered so, with the factors' labels as text columns. */
export async function exportParquet(
  connection: DuckDBConnection,
  stateDirectory: string,
  sweepId: string,
  factors: readonly ExportFactor[],
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(stateDirectory, FOLDER_PREFIX));
  const path = join(folder, 'results.parquet');
  try {
    const names = columnNames(factors.map((factor) => factor.name));
    const labels = factors.map((_, i) => {
      // An absent factor has digit -1, and a list no element 0: NULL.
      const digit = digitSql((factors[i] as ExportFactor).locator, 'r.grid_index');
      return `list_extract($${3 + i}, 1 + ${digit}) AS ${quoted(names[i] as string)}`;
    });
    const columns = [
      ...FIXED_BEFORE.map((name) => `r.${name}`),
      ...labels,
      'r.attempt',
      'r.worker',
      "nullif(r.reused_from, '') AS reused_from",
      'm.metric',
      'm.value',
    ];
    const sql = `
      COPY (
        SELECT ${columns.join(', ')}
        FROM results r JOIN metrics m ON m.sweep_id = r.sweep_id AND m.cell = r.cell
        WHERE r.sweep_id = $1
        ORDER BY r.cell, m.metric
      ) TO $2 (FORMAT parquet)`;
    const texts = factors.map((factor): DuckDBValue => listValue([...factor.labels]));
    await connection.run(sql, [sweepId, path, ...texts], [VARCHAR, VARCHAR, ...texts.map(() => LIST(VARCHAR))]);
    return await readFile(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what a killed process left of its exports. */
export async function removeStaleExports(stateDirectory: string): Promise<void> {
  const stale = (await readdir(stateDirectory)).filter((name) => name.startsWith(FOLDER_PREFIX));
  await Promise.all(stale.map((name) => rm(join(stateDirectory, name), { recursive: true, force: true })));
}

/** SQL column names ignore case, factor names do not; a factor that clashes gets a prefix. */
function columnNames(factors: readonly string[]): string[] {
  const taken = new Set([...FIXED_BEFORE, ...FIXED_AFTER]);
  return factors.map((factor) => {
    let name = factor;
    while (taken.has(name.toLowerCase())) name = `factor_${name}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}
