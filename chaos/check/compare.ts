import type { ExportedRow } from './exported-rows.ts';

/** What is wrong with a table. */
export interface Comparison {
  readonly rowsCommitted: number;
  /** Expected cells without a row. */
  readonly lost: readonly string[];
  /** Rows of cells that nobody expected, and every row of a cell after its first. */
  readonly extra: readonly string[];
  /** Rows with another value than the cell can have. */
  readonly wrong: readonly string[];
}

/** @param expected the one value of each cell, found without the cluster. */
export function compare(rows: readonly ExportedRow[], expected: ReadonlyMap<string, number>): Comparison {
  const seen = new Set<string>();
  const extra: string[] = [];
  const wrong: string[] = [];
  for (const { key, testError } of rows) {
    const value = expected.get(key);
    if (value === undefined || seen.has(key)) extra.push(key);
    else if (value !== testError) wrong.push(`${key}: expected ${value}, got ${testError}`);
    seen.add(key);
  }
  const lost = [...expected.keys()].filter((key) => !seen.has(key));
  return { rowsCommitted: rows.length, lost, extra, wrong };
}
