import { useClient } from '../live/client-context.ts';
import { usePoll } from '../live/use-poll.ts';
import { formatCount } from '../text/numbers.ts';
import { plural } from '../text/words.ts';

/** The name of the page and the state of the cluster in one line. */
export function ClusterBar() {
  const client = useClient();
  const { value: status } = usePoll('status', (signal) => client.status(signal), 2000);
  return (
    <header className="cluster-bar">
      <a className="wordmark" href="/">
        Tickwork
      </a>
      {status && (
        <ul>
          <li>{plural(status.workers, 'worker')}</li>
          <li>
            {status.busySlots} of {plural(status.slots, 'slot')} busy
          </li>
          <li>{plural(status.activeSweeps, 'active sweep')}</li>
          <li>{formatCount(status.resultsCommitted)} results committed</li>
          {status.resultsQuarantined > 0 && (
            <li className="alarm">{formatCount(status.resultsQuarantined)} quarantined</li>
          )}
          <li className="wide">
            NATS {status.natsVersion}, survives {status.durability}
          </li>
          <li className="wide">version {status.softwareVersion}</li>
        </ul>
      )}
    </header>
  );
}
