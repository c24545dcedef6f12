import type { Sweep, Trial } from '../api/client.ts';
import { ScrollRegion } from '../layout/scroll-region.tsx';
import { useClient } from '../live/client-context.ts';
import { usePoll } from '../live/use-poll.ts';
import { plural } from '../text/words.ts';
import { levelsTitle } from './levels-title.ts';

/** Stopped trials that are shown; the command line has all of them. */
const MAX_STOPPED = 200;
const POLL_MS = 5_000;

/** What was decided while the sweep went on, and why: what a search drew, which trials were stopped early. Nothing where nothing was. */
export function DecisionsPanel({ sweep }: { readonly sweep: Sweep }) {
  const client = useClient();
  const everyMs = sweep.state === 'SWEEP_STATE_ACTIVE' ? POLL_MS : undefined;
  const stoppedCount = sweep.counts?.stopped ?? 0;
  const { value } = usePoll(
    // What has ended is asked for once more: the last decisions came with the end.
    `${sweep.name} decisions ${sweep.state}`,
    async (signal) => ({
      decisions: (await client.sweep(sweep.name, signal)).decisions,
      stopped: (await client.trials(sweep.name, { pageSize: MAX_STOPPED, state: 'stopped' }, signal)).trials,
    }),
    everyMs,
  );
  const { decisions = [], stopped = [] } = value ?? {};
  if (decisions.length + stopped.length === 0) return null;
  return (
    <section className="panel decisions" aria-labelledby="decisions-title">
      <h2 id="decisions-title">Decisions</h2>
      <ScrollRegion label="What was decided, and why">
        {decisions.length > 0 && (
          <ol className="decision-list">
            {decisions.map(({ time, reason }) => (
              <li key={`${time} ${reason}`}>
                {time && <time dateTime={time}>{new Date(time).toLocaleTimeString()}</time>} {reason}
              </li>
            ))}
          </ol>
        )}
        {stopped.length > 0 && (
          <>
            <h3>{plural(Math.max(stoppedCount, stopped.length), 'trial')} stopped early</h3>
            <ul className="decision-list">
              {stopped.map((trial) => (
                <StoppedTrial key={trial.name} trial={trial} />
              ))}
            </ul>
          </>
        )}
      </ScrollRegion>
    </section>
  );
}

function StoppedTrial({ trial }: { readonly trial: Trial }) {
  return (
    <li>
      <strong>
        {levelsTitle(trial.levels)} · seed {trial.seed}
      </strong>
      : {trial.stopReason}
    </li>
  );
}
