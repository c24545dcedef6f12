import type { Aggregate } from '../../statistics/aggregate.ts';
import { differencesText } from '../../study/base-row.ts';
import type { Table, TableRow } from '../table.ts';

/** The same columns for every text format, so that a CSV and a LaTeX table of one sweep never disagree. */
export interface TextTable {
  readonly columns: readonly { readonly title: string; readonly numeric: boolean; readonly published: boolean }[];
  /** One text a column; empty where there is nothing to say. */
  readonly rows: readonly (readonly string[])[];
}

const DIGITS = 2;

export function formatMeasure(aggregate: Aggregate, plusMinus: string): string {
  if (aggregate.mean === undefined) return '';
  const mean = aggregate.mean.toFixed(DIGITS);
  return aggregate.std === undefined ? mean : `${mean}${plusMinus}${aggregate.std.toFixed(DIGITS)}`;
}

export function formatCompleteness(row: TableRow): string {
  return row.n === row.expected ? String(row.n) : `${row.n}/${row.expected}`;
}

/** Factors, shown parameters, network facts, n, our measures, then what others published. */
export function toTextTable(table: Table, plusMinus: string): TextTable {
  const shown = table.rows[0]?.shown.map(({ factor }) => factor) ?? [];
  const published = publishedColumns(table);
  const compared = hasBase(table);
  const title = (text: string, unit: string): string => (unit === '' ? text : `${text} (${unit})`);
  const metricTitles = [
    ...table.metrics.map((m) => title(m.title, m.unit)),
    ...(compared ? table.metrics.map((m) => title(`Δ ${m.title}`, m.unit)) : []),
  ];
  return {
    columns: [
      ...[...table.groupBy, ...(compared ? [DIFFERENCE_TITLE] : []), ...shown].map((text) => ({
        title: text,
        numeric: false,
        published: false,
      })),
      ...['weight layers', 'parameters', 'n', ...metricTitles].map((text) => ({
        title: text,
        numeric: true,
        published: false,
      })),
      ...published.map((p) => ({ title: title(p.title, p.unit), numeric: true, published: true })),
    ],
    rows: table.rows.map((row) => [
      ...row.levels.map(({ label }) => label),
      ...(compared ? [row.differences ? differencesText(row.differences) : ''] : []),
      ...shown.map((name) => row.shown.find(({ factor }) => factor === name)?.label ?? ''),
      row.weightLayers === undefined ? '' : String(row.weightLayers),
      row.parameters === undefined ? '' : String(row.parameters),
      formatCompleteness(row),
      ...row.aggregates.map((aggregate) => formatMeasure(aggregate, plusMinus)),
      ...(compared ? table.metrics.map((_, i) => formatMeasure(row.paired?.[i] ?? { n: 0 }, plusMinus)) : []),
      ...published.map(({ metric }) => String(row.published.find((p) => p.metric === metric)?.value ?? '')),
    ]),
  };
}

export const DIFFERENCE_TITLE = 'from base';

export const hasBase = (table: Table): boolean => table.rows.some((row) => row.differences !== undefined);

function publishedColumns(table: Table) {
  const columns = new Map<string, { metric: string; title: string; unit: string }>();
  for (const row of table.rows) for (const p of row.published) columns.set(p.metric, p);
  return [...columns.values()];
}

/** Whose numbers they are, where some were not trained for this sweep. */
export function reusedNote(rows: readonly { readonly n: number; readonly reused: number }[]): string[] {
  const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const reused = sum((row) => row.reused);
  if (reused === 0) return [];
  const whose =
    reused === 1 ? 'is that of an equal trial of another sweep' : 'are those of equal trials of other sweeps';
  return [`${reused} of these ${sum((row) => row.n)} results ${whose}.`];
}

/** Sentences under the table: what is missing and why, and where the published numbers come from. */
export function footnotes(table: Table, name: string): string[] {
  const missing = table.rows
    .filter((row) => row.n < row.expected)
    .map((row) => {
      const failures = row.failures.map(({ kind, count, example }) => `${count} ${kind} (${example.split('\n')[0]})`);
      const { pending, leased, running, cancelled, blocked, stopped } = row.counts;
      const rest = Object.entries({ pending, leased, running, cancelled, blocked, 'stopped early': stopped }).flatMap(
        ([state, count]) => (count > 0 ? [`${count} ${state}`] : []),
      );
      return `${row.levels.map(({ label }) => label).join(' ')}: n = ${row.n} of ${row.expected}: ${[...failures, ...rest].join(', ')}.`;
    });
  return [
    `${name}, revision ${table.revision}.`,
    ...(hasBase(table)
      ? ['Δ: difference from the base row, paired by seed (mean and standard deviation over the pairs).']
      : []),
    ...(table.publishedSource === '' ? [] : [`Published values: ${table.publishedSource}.`]),
    ...reusedNote(table.rows.map((row) => ({ n: row.n, reused: row.reused }))),
    ...(table.complete ? [] : ['INCOMPLETE TABLE.']),
    ...missing,
  ];
}
