import type { TableRow as DomainRow, Table as DomainTable, LabelledValue } from '../../../core/table/table.ts';
import { failureKindCodec } from '../../../proto/enums.ts';
import type { Level } from '../../../proto/generated/tickwork/v1/Level.ts';
import type { Table } from '../../../proto/generated/tickwork/v1/Table.ts';
import type { TableRow } from '../../../proto/generated/tickwork/v1/TableRow.ts';
import { sweepName } from '../../../proto/resource-names.ts';

export function toTableMessage(sweepId: string, table: DomainTable, nextPageToken: string): Table {
  return {
    parent: sweepName(sweepId),
    title: table.title,
    revision: table.revision,
    groupBy: [...table.groupBy],
    metrics: table.metrics.map((metric) => ({ ...metric })),
    publishedSource: table.publishedSource,
    rows: table.rows.map(toRowMessage),
    complete: table.complete,
    totalRows: table.totalRows,
    nextPageToken,
  };
}

const toLevels = (values: readonly LabelledValue[]): Level[] => values.map(({ factor, label }) => ({ factor, label }));

function toRowMessage(row: DomainRow): TableRow {
  const { weightLayers, parameters, macsPerImage } = row;
  return {
    levels: toLevels(row.levels),
    n: row.n,
    expected: row.expected,
    counts: { total: row.expected, ...row.counts, reused: row.reused },
    failures: row.failures.map(({ kind, count, example }) => ({ kind: failureKindCodec.encode(kind), count, example })),
    aggregates: row.aggregates.map((aggregate) => ({ ...aggregate })),
    published: row.published.map((value) => ({ ...value })),
    differences: (row.differences ?? []).map((difference) => ({ ...difference })),
    isBase: row.differences?.length === 0,
    paired: (row.paired ?? []).map((aggregate) => ({ ...aggregate })),
    ...(weightLayers === undefined ? {} : { weightLayers }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(macsPerImage === undefined ? {} : { macsPerImage }),
    shownParameters: toLevels(row.shown),
  };
}
