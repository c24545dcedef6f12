import { useState } from 'react';
import { ClusterBar } from './cluster/cluster-bar.tsx';
import { WorkersPanel } from './cluster/workers-panel.tsx';
import { ConnectionBanner } from './layout/connection-banner.tsx';
import { Notice } from './layout/notice.tsx';
import { useClient } from './live/client-context.ts';
import { usePoll } from './live/use-poll.ts';
import { useSelectedSweep } from './live/use-selected-sweep.ts';
import { NoSweeps } from './sweeps/no-sweeps.tsx';
import { SweepList } from './sweeps/sweep-list.tsx';
import { SweepView } from './sweeps/sweep-view.tsx';

const LIST_INTERVAL_MS = 2000;
const LIST_STEP = 50;

/** The whole page: the list on the left, the selected sweep (the newest unless the address names one) beside it. */
export function App() {
  const client = useClient();
  const [listed, setListed] = useState(LIST_STEP);
  const list = usePoll(`sweeps ${listed}`, (signal) => client.sweeps(listed, signal), LIST_INTERVAL_MS);
  const sweeps = list.value?.sweeps;
  const selected = useSelectedSweep() ?? sweeps?.[0]?.name;

  return (
    <>
      <a className="skip" href="#main">
        Skip to the selected sweep
      </a>
      <ClusterBar />
      <ConnectionBanner />
      <div className="columns">
        <nav className="panel sweeps" aria-label="Sweeps">
          <h2>Sweeps</h2>
          {list.error && <Notice kind="error">{list.error.message}</Notice>}
          {sweeps && <SweepList sweeps={sweeps} selected={selected} />}
          {list.value?.nextPageToken && (
            <button type="button" className="quiet" onClick={() => setListed(listed + LIST_STEP)}>
              Show older sweeps
            </button>
          )}
        </nav>
        <main id="main" tabIndex={-1}>
          {selected !== undefined && <SweepView key={selected} name={selected} />}
          {selected === undefined && sweeps && <NoSweeps />}
        </main>
        <WorkersPanel />
      </div>
    </>
  );
}
