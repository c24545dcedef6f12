import { type DuckDBConnection, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import type { Aggregate } from '../../../core/statistics/aggregate.ts';
import type { GroupedAggregate, Grouping, IndexRange } from '../../../core/table/grouping.ts';
import { digitSql, integer } from './digit-sql.ts';
import { readRows } from './rows.ts';

/** DuckDB refuses a whole query when one variance overflows, so the deviation of larger values is not asked for. */
export const LARGEST_FOR_STD = '1e150';

/** Aggregates of one sweep by the digits of its grid indices (core/table/grouping.ts), in the order of digits and metric. */
export async function queryAggregates(
  connection: DuckDBConnection,
  sweepId: string,
  grouping: Grouping,
  metrics: readonly string[],
  within?: IndexRange,
): Promise<readonly GroupedAggregate[]> {
  const digits = grouping.locators.map((locator, i) => `${digitSql(locator, 'grid_index')} AS d${i}`);
  const sql = `
    SELECT ${[...digits, 'metric'].join(', ')},
      count(*) AS n, avg(value) AS mean, min(value) AS min, max(value) AS max,
      CASE WHEN max(abs(value)) <= ${LARGEST_FOR_STD}
        THEN stddev_samp(value) FILTER (abs(value) <= ${LARGEST_FOR_STD}) END AS std
    FROM metrics
    WHERE sweep_id = $1 AND metric IN (SELECT unnest($2))${rangeSql('grid_index', within)}
    GROUP BY ${[...grouping.locators.map((_, i) => `d${i}`), 'metric'].join(', ')}
    ORDER BY ${[...grouping.locators.map((_, i) => `d${i}`), 'metric'].join(', ')}`;
  const rows = await readRows(connection, sql, [sweepId, listValue([...metrics])], [VARCHAR, LIST(VARCHAR)]);
  return rows.map((row) => ({
    digits: grouping.locators.map((_, i) => row[`d${i}`] as number),
    metric: row['metric'] as string,
    aggregate: toAggregate(row),
  }));
}

/** A condition to append. Only integers go into the text. */
export function rangeSql(index: string, within: IndexRange | undefined): string {
  return within === undefined ? '' : ` AND ${index} BETWEEN ${integer(within.from)} AND ${integer(within.to)}`;
}

/** NULL (not measurable at this n) and overflow are absent fields, never NaN. */
export function toAggregate(row: Record<string, unknown>): Aggregate {
  const aggregate: { n: number; mean?: number; std?: number; min?: number; max?: number } = { n: row['n'] as number };
  for (const field of ['mean', 'std', 'min', 'max'] as const) {
    const value = row[field];
    if (typeof value === 'number' && Number.isFinite(value)) aggregate[field] = value;
  }
  return aggregate;
}
