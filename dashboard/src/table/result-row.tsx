import type { Table, TableRow } from '../api/client.ts';
import { formatCount, formatValue } from '../text/numbers.ts';
import { type RowColumns, whyIncomplete } from './columns.ts';

export interface ResultRowProps {
  readonly row: TableRow;
  readonly table: Table;
  readonly columns: RowColumns;
}

export function ResultRow({ row, table, columns }: ResultRowProps) {
  const why = whyIncomplete(row);
  const shown = new Map(row.shownParameters.map((level) => [level.factor, level.label]));
  const published = new Map(row.published.map((value) => [value.metric, value.value]));
  return (
    <tr className={why === '' ? undefined : 'incomplete'}>
      {row.levels.map((level, i) => (i === 0 ? <th key={level.factor} scope="row">{level.label}</th> : <td key={level.factor}>{level.label}</td>))}
      {columns.shown.map((name) => (
        <td key={name} className="number">
          {shown.get(name) ?? <None />}
        </td>
      ))}
      {columns.weightLayers && <td className="number">{row.weightLayers ?? <None />}</td>}
      {columns.parameters && <td className="number">{row.parameters == null ? <None /> : formatCount(row.parameters)}</td>}
      <td className="number n">
        {row.n}/{row.expected}
        {why !== '' && (
          <span className="why" title={row.failures.map((failure) => failure.example).join('\n') || undefined}>
            {why}
          </span>
        )}
      </td>
      {table.metrics.map((metric) => (
        <OurValue key={metric.name} aggregate={row.aggregates.find((a) => a.metric === metric.name)} unit={metric.unit} />
      ))}
      {columns.published.map(({ metric, decimals }) => (
        <td key={metric} className="number published">
          {published.get(metric)?.toFixed(decimals) ?? <None />}
        </td>
      ))}
    </tr>
  );
}

/** Mean and spread in two columns of their own, so that means stay aligned where a spread is missing (n = 1). */
function OurValue({ aggregate, unit }: { readonly aggregate: TableRow['aggregates'][number] | undefined; readonly unit: string }) {
  if (aggregate?.mean == null) {
    return (
      <td className="number ours">
        <None />
      </td>
    );
  }
  return (
    <td className="number ours">
      <b>{formatValue(aggregate.mean, unit)}</b>
      <span className="std">{aggregate.std == null ? '' : ` ± ${formatValue(aggregate.std, unit)}`}</span>
    </td>
  );
}

const None = () => <span className="muted">–</span>;
