import { useId } from 'react';
import type { Table } from '../api/client.ts';
import { ScrollRegion } from '../layout/scroll-region.tsx';
import { type RowColumns, rowColumnsOf } from './columns.ts';
import { ResultRow } from './result-row.tsx';

/** The table as the API gives it: our numbers, and apart from them what others have published. */
export function ResultTable({ table }: { readonly table: Table }) {
  const columns = rowColumnsOf(table);
  const noteId = useId();
  const withPublished = columns.published.length > 0;
  return (
    <>
      <ScrollRegion label="Result table">
        <table className="results" aria-describedby={withPublished ? noteId : undefined}>
          <TableHead table={table} columns={columns} />
          <tbody>
            {table.rows.map((row) => (
              <ResultRow
                key={row.levels.map((level) => level.label).join('\n')}
                row={row}
                table={table}
                columns={columns}
              />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {withPublished && (
        <p className="published-note" id={noteId}>
          Published, not ours: {table.publishedSource || 'source not given'}.
        </p>
      )}
    </>
  );
}

function TableHead({ table, columns }: { readonly table: Table; readonly columns: RowColumns }) {
  const ours =
    table.groupBy.length +
    (columns.base ? 1 + table.metrics.length : 0) +
    columns.shown.length +
    Number(columns.weightLayers) +
    Number(columns.parameters) +
    1 +
    table.metrics.length;
  return (
    <thead>
      {columns.published.length > 0 && (
        <tr className="groups">
          <th colSpan={ours} scope="colgroup">
            This sweep
          </th>
          <th colSpan={columns.published.length} scope="colgroup" className="published">
            Published
          </th>
        </tr>
      )}
      <tr>
        {table.groupBy.map((factor) => (
          <th key={factor} scope="col">
            {factor}
          </th>
        ))}
        {columns.base && <th scope="col">from base</th>}
        {columns.shown.map((name) => (
          <th key={name} scope="col" className="number">
            {name}
          </th>
        ))}
        {columns.weightLayers && (
          <th scope="col" className="number">
            layers
          </th>
        )}
        {columns.parameters && (
          <th scope="col" className="number">
            parameters
          </th>
        )}
        <th scope="col" className="number" title="Cells with a committed result, of the cells of the row">
          n
        </th>
        {table.metrics.map((metric) => (
          <th key={metric.name} scope="col" className="number">
            <Heading title={metric.title || metric.name} unit={metric.unit} />{' '}
            <span className="statistic muted">mean ± std</span>
          </th>
        ))}
        {columns.base &&
          table.metrics.map((metric) => (
            <th
              key={metric.name}
              scope="col"
              className="number"
              title="Difference from the base cells of equal seed, mean and standard deviation over the pairs"
            >
              <Heading title={`Δ ${metric.title || metric.name}`} unit={metric.unit} />
            </th>
          ))}
        {columns.published.map((column) => (
          <th key={column.metric} scope="col" className="number published">
            <Heading title={column.title || column.metric} unit={column.unit} />
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Heading({ title, unit }: { readonly title: string; readonly unit: string }) {
  return (
    <>
      {title}
      {unit !== '' && <span className="muted"> ({unit})</span>}
    </>
  );
}
