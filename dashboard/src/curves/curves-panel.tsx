import { useState } from 'react';
import type { Sweep } from '../api/client.ts';
import { Notice } from '../layout/notice.tsx';
import { useClient } from '../live/client-context.ts';
import { usePoll } from '../live/use-poll.ts';
import { metricTitle } from '../text/words.ts';
import { curveGroupsOf, metricsOf } from './curves.ts';
import { CurvesView } from './curves-view.tsx';

const REPORT_INTERVAL_MS = 3000;
/** What the page reads at most; more curves than these cells or points could not be told apart. */
const MOST_CELLS = 1000;
const MOST_REPORTS = 10_000;

/** Learning curves of a sweep: one line for each configuration and seed. */
export function CurvesPanel({ sweep }: { readonly sweep: Sweep }) {
  const client = useClient();
  const everyMs = sweep.state === 'SWEEP_STATE_ACTIVE' ? REPORT_INTERVAL_MS : undefined;
  const reports = usePoll(
    `${sweep.name} reports`,
    (signal) => client.reports(sweep.name, MOST_REPORTS, signal),
    everyMs,
  );
  const trials = usePoll(
    `${sweep.name} trials`,
    (signal) => client.trials(sweep.name, { pageSize: MOST_CELLS }, signal),
    undefined,
  );
  const [chosen, setChosen] = useState<string>();
  const error = reports.error ?? trials.error;
  const metrics = metricsOf(reports.value?.reports ?? []);
  const metric = chosen ?? (metrics.includes('testError') ? 'testError' : metrics[0]);
  const loaded = reports.value && trials.value;

  return (
    <section className="panel curves" aria-labelledby="curves-title">
      <div className="line wrap">
        <h2 id="curves-title">Learning curves</h2>
        {metrics.length > 0 && (
          <label className="metric">
            Metric{' '}
            <select value={metric} onChange={(event) => setChosen(event.target.value)}>
              {metrics.map((name) => (
                <option key={name} value={name}>
                  {metricTitle(name)}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {error && <Notice kind="error">Could not load the curves: {error.message}</Notice>}
      {loaded && metric === undefined && (
        <Notice kind="empty">
          {sweep.state === 'SWEEP_STATE_ACTIVE'
            ? 'No report yet. The first one comes when a trial ends its first training epoch.'
            : 'The trials of this sweep reported no metrics while they trained.'}
        </Notice>
      )}
      {loaded && metric !== undefined && (
        <CurvesView
          groups={curveGroupsOf(reports.value?.reports ?? [], trials.value?.trials ?? [], metric)}
          metric={metric}
        />
      )}
      {reports.value?.nextPageToken && (
        <p className="muted">The first {MOST_REPORTS.toLocaleString('en-US')} reports are shown.</p>
      )}
    </section>
  );
}
