import { differencesText } from '../../study/base-row.ts';
import type { Table } from '../table.ts';
import { hasBase } from './text-cells.ts';

/**
 * RFC 4180, one record a row, numbers in full precision, mean and std apart. Text that a spreadsheet would run as a formula gets
 * a leading apostrophe (OWASP, "CSV Injection").
 */
export function renderCsv(table: Table): string {
  const shown = table.rows[0]?.shown.map(({ factor }) => factor) ?? [];
  const published = [...new Set(table.rows.flatMap((row) => row.published.map(({ metric }) => metric)))];
  const compared = hasBase(table);
  const header = [
    ...table.groupBy,
    ...(compared ? ['difference_from_base'] : []),
    ...shown,
    'weight_layers',
    'parameters',
    'n',
    'expected',
    'reused',
    ...table.metrics.flatMap(({ name }) => [`${name}_mean`, `${name}_std`, `${name}_min`, `${name}_max`]),
    ...(compared
      ? table.metrics.flatMap(({ name }) => [`${name}_paired_n`, `${name}_paired_mean`, `${name}_paired_std`])
      : []),
    ...published.map((metric) => `published_${metric}`),
    'missing',
  ];
  const rows = table.rows.map((row) => [
    ...row.levels.map(({ label }) => label),
    ...(compared ? [row.differences && differencesText(row.differences)] : []),
    ...shown.map((name) => row.shown.find(({ factor }) => factor === name)?.label),
    row.weightLayers,
    row.parameters,
    row.n,
    row.expected,
    row.reused,
    ...row.aggregates.flatMap(({ mean, std, min, max }) => [mean, std, min, max]),
    ...(compared
      ? table.metrics.flatMap((_, i) => [row.paired?.[i]?.n, row.paired?.[i]?.mean, row.paired?.[i]?.std])
      : []),
    ...published.map((metric) => row.published.find((p) => p.metric === metric)?.value),
    row.failures.map(({ kind, count }) => `${count} ${kind}`).join('; '),
  ]);
  return [header, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('');
}

const PLAIN_NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function cellOf(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r\n]/.test(value) && !PLAIN_NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
