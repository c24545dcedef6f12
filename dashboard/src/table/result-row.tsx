import type { Table, TableRow } from '../api/client.ts';
import { formatCount, formatValue } from '../text/numbers.ts';
import { differenceText, missingOf, type RowColumns } from './columns.ts';

export interface ResultRowProps {
  readonly row: TableRow;
  readonly table: Table;
  readonly columns: RowColumns;
}

export function ResultRow({ row, table, columns }: ResultRowProps) {
  const missing = missingOf(row);
  const reused = row.counts?.reused ?? 0;
  const shown = new Map(row.shownParameters.map((level) => [level.factor, level.label]));
  const published = new Map(row.published.map((value) => [value.metric, value.value]));
  return (
    <tr className={missing.length > 0 ? 'incomplete' : undefined}>
      {row.levels.map((level, place) => (
        <LevelCell key={level.factor} label={level.label} first={place === 0} />
      ))}
      {columns.base && <td className="from-base">{differenceText(row) || <None />}</td>}
      {columns.shown.map((name) => (
        <td key={name} className="number">
          {shown.get(name) ?? <None />}
        </td>
      ))}
      {columns.weightLayers && <td className="number">{row.weightLayers ?? <None />}</td>}
      {columns.parameters && (
        <td className="number">{row.parameters == null ? <None /> : formatCount(row.parameters)}</td>
      )}
      <td className="number n">
        {row.n}/{row.expected}
        {reused > 0 && (
          <span className="why reused" title="With the result of an equal trial of another sweep">
            {reused} reused
          </span>
        )}
        {missing.map(({ state, text }) => (
          <span key={state} className={`why ${state}`} title={state === 'failed' ? examplesOf(row) : undefined}>
            {text}
          </span>
        ))}
      </td>
      {table.metrics.map((metric) => (
        <OurValue
          key={metric.name}
          aggregate={row.aggregates.find((a) => a.metric === metric.name)}
          unit={metric.unit}
        />
      ))}
      {columns.base &&
        table.metrics.map((metric) => (
          <OurValue
            key={metric.name}
            aggregate={row.paired.find((a) => a.metric === metric.name)}
            unit={metric.unit}
            signed
          />
        ))}
      {columns.published.map(({ metric, decimals }) => (
        <td key={metric} className="number published">
          {published.get(metric)?.toFixed(decimals) ?? <None />}
        </td>
      ))}
    </tr>
  );
}

const LevelCell = ({ label, first }: { readonly label: string; readonly first: boolean }) =>
  first ? <th scope="row">{label}</th> : <td>{label}</td>;

/** Mean and spread in two columns of their own, so that means stay aligned where a spread is missing (n = 1). */
function OurValue({
  aggregate,
  unit,
  signed = false,
}: {
  readonly aggregate: TableRow['aggregates'][number] | undefined;
  readonly unit: string;
  readonly signed?: boolean;
}) {
  if (aggregate?.mean == null) {
    return (
      <td className="number ours">
        <None />
        <span className="std" />
      </td>
    );
  }
  return (
    <td className="number ours">
      <b>
        {signed && aggregate.mean > 0 && '+'}
        {formatValue(aggregate.mean, unit)}
      </b>
      <span className="std">{aggregate.std == null ? '' : ` ± ${formatValue(aggregate.std, unit)}`}</span>
    </td>
  );
}

/** What the first failure of each kind said. */
const examplesOf = (row: TableRow): string => row.failures.map((failure) => failure.example).join('\n');

const None = () => <span className="muted">–</span>;
