import { CurvesPanel } from '../curves/curves-panel.tsx';
import { Notice } from '../layout/notice.tsx';
import { useClient } from '../live/client-context.ts';
import { useWatch } from '../live/use-watch.ts';
import { TablePanel } from '../table/table-panel.tsx';
import { shortName } from '../text/words.ts';
import { DecisionsPanel } from './decisions-panel.tsx';
import { ReusedPanel } from './reused-panel.tsx';
import { RunningTrials } from './running-trials.tsx';
import { SweepHeader } from './sweep-header.tsx';

/** Everything about one sweep. @param name resource name, `sweeps/{sweep}` */
export function SweepView({ name }: { readonly name: string }) {
  const client = useClient();
  const { value, error } = useWatch(name, (signal) => client.watchSweep(name, signal));
  if (error) {
    return (
      <Notice kind="error">
        <p>
          Could not show <code>{shortName(name)}</code>: {error.message}
        </p>
        <p>
          Choose another sweep from the list, or submit one: <code>tickwork submit studies/demo.yaml</code>
        </p>
      </Notice>
    );
  }
  const sweep = value?.sweep;
  if (!sweep) return <p className="muted loading">Loading {shortName(name)}…</p>;
  return (
    <>
      <SweepHeader sweep={sweep} active={value.active} />
      <TablePanel sweep={sweep} />
      <DecisionsPanel sweep={sweep} />
      <ReusedPanel sweep={sweep} />
      <div className="pair">
        <CurvesPanel sweep={sweep} />
        <RunningTrials sweep={sweep} active={value.active} />
      </div>
    </>
  );
}
