import type { Sweep } from '../api/client.ts';
import { useClient } from '../live/client-context.ts';
import { usePoll } from '../live/use-poll.ts';

/** Why no trial runs: the sweep is over, or what the first pending trial waits for. */
export function NothingRuns({ sweep }: { readonly sweep: Sweep }) {
  if (sweep.state !== 'SWEEP_STATE_ACTIVE') return <p className="muted">The sweep is over.</p>;
  return <WaitingReason name={sweep.name} />;
}

function WaitingReason({ name }: { readonly name: string }) {
  const client = useClient();
  const query = { pageSize: 1, state: 'pending' };
  const { value } = usePoll(`${name} waiting`, (signal) => client.trials(name, query, signal), 3000);
  const reason = value?.trials[0]?.waitingReason;
  return (
    <p className="muted">Nothing runs. {reason ? `The next trial waits: ${reason}` : 'Results are being committed.'}</p>
  );
}
