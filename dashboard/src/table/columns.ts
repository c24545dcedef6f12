import type { Table, TableRow } from '../api/client.ts';
import { decimalsOf } from '../text/numbers.ts';

/** A published quantity that some row of the table has. */
export interface PublishedColumn {
  readonly metric: string;
  readonly title: string;
  readonly unit: string;
  readonly decimals: number;
}

/** Columns that depend on the rows: not every table has them, and not every row fills them. */
export interface RowColumns {
  readonly shown: readonly string[];
  readonly weightLayers: boolean;
  readonly parameters: boolean;
  readonly published: readonly PublishedColumn[];
  /** The study has a base row, and the rows tell in what they differ from it. */
  readonly base: boolean;
}

export function rowColumnsOf({ rows }: Table): RowColumns {
  const published = rows.flatMap((row) => row.published);
  const byMetric = new Map(published.map((value) => [value.metric, value]));
  return {
    shown: [...new Set(rows.flatMap((row) => row.shownParameters.map((level) => level.factor)))],
    weightLayers: rows.some((row) => row.weightLayers != null),
    parameters: rows.some((row) => row.parameters != null),
    base: rows.some((row) => row.isBase),
    published: [...byMetric.values()].map(({ metric, title, unit }) => ({
      metric,
      title,
      unit,
      decimals: decimalsOf(published.filter((value) => value.metric === metric).map(({ value }) => value)),
    })),
  };
}

/** `dropout 0.5 → 0, schedule cosine → constant`; `base` for the base row. */
export function differenceText({ isBase, differences }: TableRow): string {
  if (isBase) return 'base';
  return differences.map(({ factor, base, label }) => `${factor} ${base} → ${label}`).join(', ');
}

/** Cells of a row that have no result, by state. */
export interface Missing {
  readonly state: 'failed' | 'blocked' | 'cancelled' | 'stopped' | 'running' | 'leased' | 'pending';
  /** For example `1 failed (diverged)`. */
  readonly text: string;
}

/** Why a row has fewer results than cells. Empty for a complete row. */
export function missingOf({ n, expected, counts, failures }: TableRow): Missing[] {
  if (n >= expected || !counts) return [];
  const kinds = failures.map(({ kind, count }) => `${count > 1 ? `${count} × ` : ''}${failureWord(kind)}`).join(', ');
  return (['failed', 'blocked', 'cancelled', 'stopped', 'running', 'leased', 'pending'] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => ({
      state,
      text: `${counts[state]} ${state === 'stopped' ? 'stopped early' : state}${state === 'failed' && kinds !== '' ? ` (${kinds})` : ''}`,
    }));
}

const failureWord = (kind: string): string => kind.replace('FAILURE_KIND_', '').toLowerCase().replaceAll('_', ' ');
