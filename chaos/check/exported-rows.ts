import { writeFile } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { keyOf } from '../trial/study.ts';

export interface ExportedRow {
  /** See keyOf. */
  readonly key: string;
  readonly cell: number;
  readonly testError: number;
}

/** The rows of an exported table, read by a database of our own. @param file is written. */
export async function readExport(parquet: Buffer, file: string): Promise<readonly ExportedRow[]> {
  await writeFile(file, parquet);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const sql = `SELECT cell, seed, "learningRate" AS rate, momentum, value FROM read_parquet('${file.replaceAll("'", "''")}')
      WHERE metric = 'testError' ORDER BY cell`;
    const rows = (await connection.runAndReadAll(sql)).getRowObjectsJS();
    return rows.map(({ cell, seed, rate, momentum, value }) => ({
      key: keyOf({ learningRate: Number(rate), momentum: Number(momentum), seed: Number(seed) }),
      cell: Number(cell),
      testError: Number(value),
    }));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
