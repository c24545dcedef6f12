import { BIGINT, type DuckDBValue, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import type { Disposition } from '../../../core/trial/states.ts';
import { parseRecordId, type ResultRecord } from '../../../proto/records.ts';
import type { ReportPoint, ResultStore, StoredResult } from '../../ports.ts';
import { queryAggregates } from './aggregate-query.ts';
import { setResultsAside, writeBatch } from './commit.ts';
import { openDatabase } from './database.ts';
import { queryPairedDifferences } from './paired-query.ts';
import { exportParquet, removeStaleExports } from './parquet-export.ts';
import { readRows } from './rows.ts';

/**
 * The committed rows in `results.duckdb` of a state directory. A commit is on the disk when it resolves: DuckDB syncs its
 * write-ahead log before a transaction ends.
 * @throws TickworkError STATE_DIRECTORY_IN_USE, CONFIG_INVALID
 */
export async function openDuckDbResultStore({
  stateDirectory,
}: {
  readonly stateDirectory: string;
}): Promise<ResultStore> {
  const database = await openDatabase(stateDirectory);
  const { reader } = database;
  await removeStaleExports(stateDirectory);

  async function select(condition: string, values: DuckDBValue[], types: Parameters<typeof readRows>[3]) {
    return (await readRows(reader, `SELECT * FROM results WHERE ${condition}`, values, types)).map(toStoredResult);
  }

  const ofCell = (sweepId: string, cell: number): Promise<readonly StoredResult[]> =>
    select('sweep_id = $1 AND cell = $2', [sweepId, BigInt(cell)], [VARCHAR, BIGINT]);

  return {
    commit: (batch) => database.transaction((connection) => writeBatch(connection, batch)),

    async result(sweepId, cell) {
      return (await ofCell(sweepId, cell))[0];
    },

    async results(sweepId, cells) {
      const found = await select(
        'sweep_id = $1 AND cell IN (SELECT unnest($2))',
        [sweepId, listValue(cells.map(BigInt))],
        [VARCHAR, LIST(BIGINT)],
      );
      return new Map(found.map((result) => [result.cell, result]));
    },

    async accepted(sweepId) {
      const sql = 'SELECT cell, attempt, content_hash FROM results WHERE sweep_id = $1';
      const rows = await readRows(reader, sql, [sweepId], [VARCHAR]);
      return new Map(
        rows.map((row) => [
          row['cell'] as number,
          { attempt: row['attempt'] as number, contentHash: row['content_hash'] as string },
        ]),
      );
    },

    async withTrialKeys(keys, outsideOf) {
      if (keys.length === 0) return new Map();
      const found = await select(
        `trial_key IN (SELECT unnest($1)) AND trial_key <> '' AND sweep_id <> $2 AND reused_from = ''
          QUALIFY row_number() OVER (PARTITION BY trial_key ORDER BY committed_at, sweep_id, cell) = 1`,
        [listValue([...keys]), outsideOf],
        [LIST(VARCHAR), VARCHAR],
      );
      return new Map(found.map((result) => [result.trialKey as string, result]));
    },

    async overrule(cells, at) {
      const results: StoredResult[] = [];
      for (const { sweepId, cell } of cells) results.push(...(await ofCell(sweepId, cell)));
      if (results.length > 0) await database.transaction((connection) => setResultsAside(connection, results, at));
    },

    async dispositions(ids) {
      const sql = `
        SELECT sweep_id || '.' || cell || '.' || attempt || '.failure' AS id, 'committed' AS disposition FROM failures
        WHERE (sweep_id, cell, attempt) IN (SELECT unnest($1), unnest($2), unnest($3))
        UNION ALL SELECT id, disposition FROM set_aside WHERE id IN (SELECT unnest($4))`;
      const keys = ids.flatMap((id) => parseRecordId(id) ?? []);
      const rows = await readRows(
        reader,
        sql,
        [
          listValue(keys.map(({ sweepId }) => sweepId)),
          listValue(keys.map(({ cell }) => BigInt(cell))),
          listValue(keys.map(({ attempt }) => BigInt(attempt))),
          listValue(ids),
        ],
        [LIST(VARCHAR), LIST(BIGINT), LIST(BIGINT), LIST(VARCHAR)],
      );
      const wanted = new Set(ids);
      return new Map(
        rows.flatMap(({ id, disposition }) =>
          wanted.has(id as string) ? [[id as string, disposition as Disposition]] : [],
        ),
      );
    },

    aggregate: (sweepId, grouping, metrics, within) => queryAggregates(reader, sweepId, grouping, metrics, within),
    aggregateDifferences: (sweepId, grouping, pairing, metrics, within) =>
      queryPairedDifferences(reader, sweepId, grouping, pairing, metrics, within),

    async reports({ sweepId, cells, after, limit }) {
      const start = after ?? { cell: -1, attempt: -1, trainEpoch: -1 };
      const places = [start.cell, start.attempt, start.trainEpoch, limit].map(BigInt);
      const wanted = cells === undefined ? [] : [listValue(cells.map(BigInt))];
      const sql = `
        SELECT cell, attempt, train_epoch, metrics FROM reports
        WHERE sweep_id = $1 AND (cell, attempt, train_epoch) > ($2, $3, $4) ${cells === undefined ? '' : 'AND cell IN (SELECT unnest($6))'}
        ORDER BY cell, attempt, train_epoch LIMIT $5`;
      const types = [VARCHAR, ...places.map(() => BIGINT), ...wanted.map(() => LIST(BIGINT))];
      const rows = await readRows(reader, sql, [sweepId, ...places, ...wanted], types);
      return rows.map(toReportPoint);
    },

    exportParquet: (sweepId, factors) =>
      database.withConnection((connection) => exportParquet(connection, stateDirectory, sweepId, factors)),

    async counts() {
      const sql = `
        SELECT (SELECT count(*) FROM results) AS results,
          count(*) FILTER (disposition = 'quarantined') AS quarantined,
          count(*) FILTER (disposition = 'superseded') AS superseded
        FROM set_aside`;
      const [row] = await readRows(reader, sql, []);
      return row as { results: number; quarantined: number; superseded: number };
    },

    close: () => database.close(),
  };
}

function toStoredResult(row: Record<string, unknown>): StoredResult {
  return {
    sweepId: row['sweep_id'] as string,
    cell: row['cell'] as number,
    gridIndex: row['grid_index'] as number,
    seed: row['seed'] as number,
    record: JSON.parse(row['record'] as string) as ResultRecord,
    contentHash: row['content_hash'] as string,
    sequence: row['sequence'] as number,
    committedAt: row['committed_at'] as number,
    ...(row['trial_key'] === '' ? {} : { trialKey: row['trial_key'] as string }),
  };
}

function toReportPoint(row: Record<string, unknown>): ReportPoint {
  return {
    cell: row['cell'] as number,
    attempt: row['attempt'] as number,
    trainEpoch: row['train_epoch'] as number,
    metrics: JSON.parse(row['metrics'] as string) as ReportPoint['metrics'],
  };
}
