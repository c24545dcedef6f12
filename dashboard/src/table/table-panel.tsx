import { useState } from 'react';
import { type Sweep, TABLE_PAGE_SIZE } from '../api/client.ts';
import { Notice } from '../layout/notice.tsx';
import { useClient } from '../live/client-context.ts';
import { useWatch } from '../live/use-watch.ts';
import { formatCount } from '../text/numbers.ts';
import { ExportLinks } from './export-links.tsx';
import { GroupBy } from './group-by.tsx';
import { ResultTable } from './result-table.tsx';

/** The result table of a sweep, live, with the choice of factors and the exports of what is shown. */
export function TablePanel({ sweep }: { readonly sweep: Sweep }) {
  const client = useClient();
  const factors = sweep.factors.map((factor) => factor.name);
  const [groupBy, setGroupBy] = useState(factors);
  const key = `${sweep.name} table by ${groupBy.join()}`;
  const { value: table, error } = useWatch(key, (signal) => client.watchTable(sweep.name, groupBy, signal));
  return (
    <section className="panel" aria-labelledby="table-title">
      <div className="line wrap">
        <h2 id="table-title">
          Results{' '}
          {table && !table.complete && (
            <span className="muted">{sweep.state === 'SWEEP_STATE_ACTIVE' ? 'so far' : 'incomplete'}</span>
          )}
        </h2>
        <ExportLinks sweep={sweep.name} groupBy={groupBy} complete={table?.complete ?? true} />
      </div>
      {factors.length > 1 && <GroupBy factors={factors} chosen={groupBy} onChange={setGroupBy} />}
      {error && <Notice kind="error">Could not load the table: {error.message}</Notice>}
      {!table && !error && <p className="muted loading">Loading the table…</p>}
      {table && <ResultTable table={table} />}
      {table && table.totalRows > table.rows.length && (
        <p className="muted">
          The first {formatCount(TABLE_PAGE_SIZE)} of {formatCount(table.totalRows)} rows. An export has all of them.
        </p>
      )}
    </section>
  );
}
