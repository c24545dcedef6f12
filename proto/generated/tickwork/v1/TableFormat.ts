// Original file: proto/tickwork/v1/result.proto

export const TableFormat = {
  TABLE_FORMAT_UNSPECIFIED: 'TABLE_FORMAT_UNSPECIFIED',
  TABLE_FORMAT_MARKDOWN: 'TABLE_FORMAT_MARKDOWN',
  TABLE_FORMAT_CSV: 'TABLE_FORMAT_CSV',
  TABLE_FORMAT_LATEX: 'TABLE_FORMAT_LATEX',
  TABLE_FORMAT_JSON: 'TABLE_FORMAT_JSON',
  /**
   * One row for each committed (cell, metric), not aggregated.
   */
  TABLE_FORMAT_PARQUET: 'TABLE_FORMAT_PARQUET',
} as const;

export type TableFormat =
  | 'TABLE_FORMAT_UNSPECIFIED'
  | 0
  | 'TABLE_FORMAT_MARKDOWN'
  | 1
  | 'TABLE_FORMAT_CSV'
  | 2
  | 'TABLE_FORMAT_LATEX'
  | 3
  | 'TABLE_FORMAT_JSON'
  | 4
  /**
   * One row for each committed (cell, metric), not aggregated.
   */
  | 'TABLE_FORMAT_PARQUET'
  | 5

export type TableFormat__Output = typeof TableFormat[keyof typeof TableFormat]
