import type { Worker } from '../api/client.ts';
import { Notice } from '../layout/notice.tsx';
import { ScrollRegion } from '../layout/scroll-region.tsx';
import { useClient } from '../live/client-context.ts';
import { usePoll } from '../live/use-poll.ts';
import { StateBadge } from '../sweeps/state-badge.tsx';
import { formatShare } from '../text/numbers.ts';
import { shortName } from '../text/words.ts';

/** Who computes: state, slots, how well they are used, and what still waits to be committed. */
export function WorkersPanel() {
  const client = useClient();
  const { value, error } = usePoll('workers', (signal) => client.workers(signal), 2000);
  return (
    <section className="panel workers" aria-labelledby="workers-title">
      <h2 id="workers-title">Workers</h2>
      {error && <Notice kind="error">{error.message}</Notice>}
      {value?.workers.length === 0 && (
        <Notice kind="empty">
          <p>No worker is connected. Start one:</p>
          <pre>
            <code>tickwork worker</code>
          </pre>
        </Notice>
      )}
      {value && value.workers.length > 0 && <WorkersTable workers={value.workers} />}
    </section>
  );
}

function WorkersTable({ workers }: { readonly workers: readonly Worker[] }) {
  return (
    <ScrollRegion label="Workers by name">
      <table>
        <thead>
          <tr>
            <th scope="col">worker</th>
            <th scope="col">state</th>
            <th scope="col" className="number" title="Trials running, of the slots it has">
              slots
            </th>
            <th scope="col" className="number" title="Share of slot time spent inside trials since it connected">
              use
            </th>
            <th scope="col" className="number" title="Records on its disk that the coordinator has not committed yet">
              outbox
            </th>
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => (
            <tr key={worker.name}>
              <th scope="row" title={deviceText(worker)}>
                {shortName(worker.name)}
              </th>
              <td>
                <StateBadge state={worker.state} prefix="worker_state" />
              </td>
              <td className="number">
                {worker.running.length}/{worker.slots}
              </td>
              <td className="number">{worker.slotUse == null ? '–' : formatShare(worker.slotUse)}</td>
              <td className="number">{worker.outboxRecords}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

const deviceText = ({ host, pid, softwareVersion, devices }: Worker): string =>
  `${host}, process ${pid}, version ${softwareVersion}; ${devices.map((device) => `${device.name} (${device.executor})`).join(', ')}`;
