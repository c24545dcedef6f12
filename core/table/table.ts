import type { Aggregate } from '../statistics/aggregate.ts';
import { type Difference, differencesFromBase } from '../study/base-row.ts';
import { metricColumn } from '../study/metric-names.ts';
import type { PublishedRow, Study } from '../study/study.ts';
import type { SweepState, TrialCounts } from '../sweep/state.ts';
import type { FailureKind } from '../trial/states.ts';
import { type GroupedAggregate, type Grouping, groupKey } from './grouping.ts';
import { outlineOf, type RowOutline } from './outline.ts';
import { type Tally, tallyTrials } from './tally.ts';

export interface LabelledValue {
  readonly factor: string;
  readonly label: string;
}

export interface MetricColumn {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
}

export interface PublishedCell {
  readonly metric: string;
  readonly title: string;
  readonly value: number;
  readonly unit: string;
}

export interface TableRow {
  readonly levels: readonly LabelledValue[];
  /** Cells with a committed result, and cells that belong here. */
  readonly n: number;
  readonly expected: number;
  readonly counts: TrialCounts;
  /** Of those that succeeded: with the result of an equal trial of another sweep. */
  readonly reused: number;
  readonly failures: readonly { readonly kind: FailureKind; readonly count: number; readonly example: string }[];
  /** In the order of Table.metrics. */
  readonly aggregates: readonly ({ readonly metric: string } & Aggregate)[];
  /** In what this row differs from the base row; absent when there is no base or the grouping does not tell. */
  readonly differences?: readonly Difference[];
  /** value − base over pairs of equal seed, in the order of Table.metrics; absent in the base row and where there is no base. */
  readonly paired?: readonly ({ readonly metric: string } & Aggregate)[];
  readonly published: readonly PublishedCell[];
  readonly weightLayers?: number;
  readonly parameters?: number;
  readonly macsPerImage?: number;
  readonly shown: readonly LabelledValue[];
}

export interface Table {
  readonly title: string;
  readonly revision: number;
  readonly groupBy: readonly string[];
  readonly metrics: readonly MetricColumn[];
  readonly publishedSource: string;
  readonly rows: readonly TableRow[];
  /** Of the whole table; `rows` may be some of them. */
  readonly totalRows: number;
  readonly complete: boolean;
}

/**
 * The aggregated table of a sweep, or some of its rows: every number comes from `aggregates` and `pairedDifferences` (committed
 * rows), from the network's description, or is marked as published. Rows are in the order of the grid.
 * @param chosen rows of `outlineOf`; default: all.
 */
export function buildTable(
  sweep: SweepState,
  grouping: Grouping,
  metrics: readonly string[],
  aggregates: readonly GroupedAggregate[],
  pairedDifferences: readonly GroupedAggregate[] = [],
  chosen?: readonly RowOutline[],
): Table {
  const { study, grid, counts: all } = sweep;
  const outline = outlineOf(sweep, grouping);
  const outlines = chosen ?? outline.rows(0, Number.POSITIVE_INFINITY).rows;
  const ours = byGroup(aggregates);
  const paired = byGroup(pairedDifferences);
  const inOrder = (from: ReturnType<typeof byGroup>, key: string) =>
    metrics.map((metric) => ({ metric, ...(from.get(`${key} ${metric}`)?.aggregate ?? { n: 0 }) }));
  const tallies = tallyTrials(sweep, outline, outlines);
  const rows = outlines.map((row, i): TableRow => {
    const { shown, ...facts } = row.facts;
    const labels = new Map(grid.labels(row.first).map((level) => [level.factor, level]));
    const levels = grouping.factors.map((factor) => labels.get(factor) as LabelledValue);
    const aggregatesOfRow = inOrder(ours, row.key);
    const differences = differencesFromBase(study, levels);
    const { counts, reused, failures } = tallies[i] as Tally;
    return {
      levels,
      n: Math.max(0, ...aggregatesOfRow.map((a) => a.n)),
      expected: row.cells,
      counts,
      reused,
      failures: [...failures].map(([kind, { count, example }]) => ({ kind, count, example })),
      aggregates: aggregatesOfRow,
      ...(differences === undefined ? {} : { differences }),
      ...(differences === undefined || differences.length === 0 ? {} : { paired: inOrder(paired, row.key) }),
      published: publishedFor(study, levels, grouping),
      ...facts,
      shown: [...shown].map(([factor, label]) => ({ factor, label })),
    };
  });
  return {
    title: study.title,
    revision: sweep.revision,
    groupBy: grouping.factors,
    metrics: metrics.map(metricColumn),
    publishedSource: study.published?.source ?? '',
    rows,
    totalRows: outline.totalRows,
    // A trial that was stopped early has all that it will ever have.
    complete: all.succeeded + all.stopped === sweep.total,
  };
}

function byGroup(aggregates: readonly GroupedAggregate[]): ReadonlyMap<string, GroupedAggregate> {
  return new Map(aggregates.map((a) => [`${groupKey(a.digits)} ${a.metric}`, a]));
}

/** Published numbers for a row: those whose every condition names a level of this row. */
function publishedFor(study: Study, levels: readonly LabelledValue[], grouping: Grouping): PublishedCell[] {
  const values = study.published?.values ?? {};
  const matches = (row: PublishedRow): boolean =>
    Object.entries(row.when).every(
      ([factor, label]) =>
        grouping.factors.includes(factor) && levels.some((l) => l.factor === factor && l.label === label),
    );
  const row = study.published?.rows.find(matches);
  return Object.entries(row?.values ?? {}).map(([metric, value]) => ({
    metric,
    value,
    title: values[metric]?.title ?? metric,
    unit: values[metric]?.unit ?? '',
  }));
}
