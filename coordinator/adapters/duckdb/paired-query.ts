import { type DuckDBConnection, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import type { GroupedAggregate, Grouping, IndexRange } from '../../../core/table/grouping.ts';
import type { Pairing } from '../../../core/table/pairing.ts';
import { LARGEST_FOR_STD, rangeSql, toAggregate } from './aggregate-query.ts';
import { digitSql } from './digit-sql.ts';
import { readRows } from './rows.ts';

/** Differences of each cell's value from that of its partner in the base row (core/table/pairing.ts), aggregated by group. */
export async function queryPairedDifferences(
  connection: DuckDBConnection,
  sweepId: string,
  grouping: Grouping,
  pairing: Pairing,
  metrics: readonly string[],
  within?: IndexRange,
): Promise<readonly GroupedAggregate[]> {
  const digits = grouping.locators.map((locator, i) => `${digitSql(locator, 'grid_index')} AS d${i}`);
  const match = pairing.match.map((locator, i) => `${digitSql(locator, 'grid_index')} AS m${i}`);
  const base = pairing.base.map(({ locator }, i) => `${digitSql(locator, 'grid_index')} AS b${i}`);
  const group = [...grouping.locators.map((_, i) => `d${i}`), 'metric'].join(', ');
  // cell − grid_index is the same for all cells of one seed.
  const sql = `
    WITH cells AS (
      SELECT ${['metric', 'value', 'grid_index', 'cell - grid_index AS replica', ...digits, ...match, ...base].join(', ')}
      FROM metrics WHERE sweep_id = $1 AND metric IN (SELECT unnest($2))
    ), bases AS (
      SELECT ${['metric', 'value', 'replica', ...pairing.match.map((_, i) => `m${i}`)].join(', ')}
      FROM cells WHERE ${pairing.base.map(({ digit }, i) => `b${i} = ${digit}`).join(' AND ') || 'true'}
    ), pairs AS (
      SELECT ${['cells.metric AS metric', 'cells.value - bases.value AS value', ...grouping.locators.map((_, i) => `cells.d${i} AS d${i}`)].join(', ')}
      FROM cells JOIN bases USING (${['metric', 'replica', ...pairing.match.map((_, i) => `m${i}`)].join(', ')})
      WHERE true${rangeSql('cells.grid_index', within)}
    )
    SELECT ${group}, count(*) AS n, avg(value) AS mean, min(value) AS min, max(value) AS max,
      CASE WHEN max(abs(value)) <= ${LARGEST_FOR_STD}
        THEN stddev_samp(value) FILTER (abs(value) <= ${LARGEST_FOR_STD}) END AS std
    FROM pairs GROUP BY ${group} ORDER BY ${group}`;
  const rows = await readRows(connection, sql, [sweepId, listValue([...metrics])], [VARCHAR, LIST(VARCHAR)]);
  return rows.map((row) => ({
    digits: grouping.locators.map((_, i) => row[`d${i}`] as number),
    metric: row['metric'] as string,
    aggregate: toAggregate(row),
  }));
}
