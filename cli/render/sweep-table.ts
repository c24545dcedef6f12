import { differencesText } from '../../core/study/base-row.ts';
import { reusedNote } from '../../core/table/render/text-cells.ts';
import { failureKindCodec } from '../../proto/enums.ts';
import type { Aggregate__Output } from '../../proto/generated/tickwork/v1/Aggregate.ts';
import type { Level__Output } from '../../proto/generated/tickwork/v1/Level.ts';
import type { Table__Output } from '../../proto/generated/tickwork/v1/Table.ts';
import type { TableRow__Output } from '../../proto/generated/tickwork/v1/TableRow.ts';
import { displayWidth, padStart, visible } from './display-width.ts';
import { formatCount } from './numbers.ts';
import { type TextColumn, textTable } from './text-table.ts';

/** Short names that the field uses: S is the smallest image side in training, Q in testing (Simonyan & Zisserman 2015). */
const PARAMETER_TITLES: Readonly<Record<string, string>> = { trainScale: 'S', testScale: 'Q' };

/** One column of the table before its cells are padded. */
interface Column extends TextColumn {
  readonly cells: readonly string[];
}

/**
 * The result table for a terminal: our numbers, then, behind a line, the published ones with their source; under it why
 * cells are missing.
 */
export function renderSweepTable(table: Table__Output): string[] {
  const columns = [
    ...levelColumns(table),
    ...differenceColumns(table),
    ...factColumns(table.rows),
    {
      title: 'n',
      align: 'right' as const,
      cells: table.rows.map(({ n, expected }) => (n === expected ? String(n) : `${n}/${expected}`)),
    },
    ...metricColumns(table),
    ...pairedColumns(table),
    ...publishedColumns(table.rows),
  ];
  const rows = table.rows.map((_, i) => columns.map((column) => column.cells[i] ?? ''));
  const published = columns.some((column) => column.apart);
  const notes = [
    ...(hasSpread(table) ? ['± is the sample standard deviation over the n trials of a row.'] : []),
    ...(hasBase(table)
      ? ['Δ is the difference from the base row, paired by seed, over all pairs that have both results.']
      : []),
    ...(published ? [`Right of the line, published by others: ${visible(table.publishedSource)}.`] : []),
    ...reusedNote(table.rows.map(({ n, counts }) => ({ n, reused: counts?.reused ?? 0 }))),
    ...table.rows.flatMap((row) => missingCells(row)),
    ...(table.complete ? [] : ['The table is not complete.']),
  ];
  return [visible(table.title), '', ...textTable(columns, rows), ...(notes.length > 0 ? ['', ...notes] : [])];
}

const hasSpread = ({ rows }: Table__Output): boolean =>
  rows.some((row) => row.aggregates.some((a) => a.std !== undefined));

/** The factors of the grouping, then the parameters the study wants shown. */
function levelColumns({ groupBy, rows }: Table__Output): Column[] {
  const factors = groupBy.map((factor, i) => ({ factor, cells: rows.map((row) => row.levels[i]?.label ?? '') }));
  return [
    ...factors
      .filter(({ factor, cells }) => !saidByShownParameters(factor, cells, rows))
      .map(({ factor, cells }): Column => ({ title: visible(factor), align: 'left', cells: cells.map(visible) })),
    ...parameterNames(rows).map(
      (name): Column => ({
        title: PARAMETER_TITLES[name] ?? visible(name),
        align: 'right',
        cells: rows.map((row) => visible(labelOf(row.shownParameters, name))),
      }),
    ),
  ];
}

/**
 * Whether a factor's column would say the same thing twice: it is shown as a parameter, or its labels only repeat what
 * the shown parameters say (`S=32` beside S = 32 and Q = 32) and no two levels share them.
 */
function saidByShownParameters(factor: string, labels: readonly string[], rows: readonly TableRow__Output[]): boolean {
  if (rows.some((row) => row.shownParameters.some((shown) => shown.factor === factor))) return true;
  const levelOf = new Map<string, string>();
  return rows.every((row, i) => {
    const label = labels[i] as string;
    const key = JSON.stringify(row.shownParameters.map((shown) => shown.label));
    const level = levelOf.get(key) ?? label;
    levelOf.set(key, level);
    return level === label && row.shownParameters.some((shown) => label.endsWith(`=${shown.label}`));
  });
}

const hasBase = ({ rows }: Table__Output): boolean => rows.some((row) => row.isBase || row.differences.length > 0);

/** In what a row differs from the base row. */
function differenceColumns(table: Table__Output): Column[] {
  if (!hasBase(table)) return [];
  const cells = table.rows.map(({ differences }) => visible(differencesText(differences)));
  return [{ title: 'from base', align: 'left', cells }];
}

const parameterNames = (rows: readonly TableRow__Output[]): string[] => [
  ...new Set(rows.flatMap((row) => row.shownParameters.map((level) => level.factor))),
];

const labelOf = (levels: readonly Level__Output[], factor: string): string =>
  levels.find((level) => level.factor === factor)?.label ?? '';

function factColumns(rows: readonly TableRow__Output[]): Column[] {
  const fact = (title: string, of: (row: TableRow__Output) => number | undefined): Column[] => {
    const cells = rows.map((row) => {
      const value = of(row);
      return value === undefined ? '' : formatCount(value);
    });
    return cells.some((cell) => cell !== '') ? [{ title, align: 'right', cells }] : [];
  };
  return [...fact('weight layers', (row) => row.weightLayers), ...fact('parameters', (row) => row.parameters)];
}

function metricColumns({ metrics, rows }: Table__Output): Column[] {
  return metrics.map((metric): Column => {
    const aggregates = rows.map((row) => row.aggregates.find((aggregate) => aggregate.metric === metric.name));
    return { title: withUnit(metric.title, metric.unit), align: 'right', cells: meansWithSpread(aggregates) };
  });
}

function pairedColumns(table: Table__Output): Column[] {
  if (!hasBase(table)) return [];
  return table.metrics.map((metric): Column => {
    const paired = table.rows.map((row) => row.paired.find((aggregate) => aggregate.metric === metric.name));
    const signed = meansWithSpread(paired).map((text, i) => ((paired[i]?.mean ?? 0) > 0 ? `+${text}` : text));
    return { title: withUnit(`Δ ${metric.title}`, metric.unit), align: 'right', cells: signed };
  });
}

/** `12.30 ± 0.21`, with the ± of all rows in one column; a single value has no spread to show. */
function meansWithSpread(aggregates: readonly (Aggregate__Output | undefined)[]): string[] {
  const means = aggregates.map((a) => (a?.mean === undefined ? '–' : a.mean.toFixed(2)));
  const spreads = aggregates.map((a) => (a?.std === undefined ? '' : ` ± ${a.std.toFixed(2)}`));
  const widest = Math.max(...spreads.map(displayWidth), 0);
  return means.map((mean, i) => {
    const spread = spreads[i] as string;
    return spread === '' ? mean + ' '.repeat(widest) : `${mean} ± ${padStart(spread.slice(3), widest - 3)}`;
  });
}

function publishedColumns(rows: readonly TableRow__Output[]): Column[] {
  const columns = new Map(rows.flatMap((row) => row.published.map((value) => [value.metric, value] as const)));
  return [...columns.values()].map(({ metric, title, unit }, i) => {
    const values = rows.map((row) => row.published.find((value) => value.metric === metric)?.value);
    // As many decimals as the publication gives: 27.0 beside 29.6.
    const decimals = Math.max(...values.map((value) => (value === undefined ? 0 : decimalsOf(value))));
    return {
      title: withUnit(visible(title), visible(unit)),
      align: 'right',
      apart: i === 0,
      cells: values.map((value) => value?.toFixed(decimals) ?? '–'),
    };
  });
}

const decimalsOf = (value: number): number => Math.min(4, String(value).split('.')[1]?.length ?? 0);

const withUnit = (title: string, unit: string): string => (unit === '' ? title : `${title} (${unit})`);

/** Why n is smaller than expected, a line for each reason. */
function missingCells({ levels, n, expected, counts, failures }: TableRow__Output): string[] {
  if (n >= expected) return [];
  const row = visible(levels.map((level) => level.label).join(' ')) || 'all cells';
  const waiting = (['pending', 'leased', 'running', 'cancelled', 'stopped', 'blocked'] as const)
    .filter((state) => (counts?.[state] ?? 0) > 0)
    .map((state) => `${counts?.[state]} ${state === 'stopped' ? 'stopped early' : state}`);
  return [
    ...(waiting.length > 0 ? [`${row}: n = ${n}/${expected}, ${waiting.join(', ')}.`] : []),
    ...failures.map(
      ({ kind, count, example }) =>
        `${row}: n = ${n}/${expected}, ${count} failed (${failureKindCodec.decode(kind) ?? 'unknown'}): ${visible(example)}`,
    ),
  ];
}
