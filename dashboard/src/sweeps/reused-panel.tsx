import type { Sweep, Trial } from '../api/client.ts';
import { Notice } from '../layout/notice.tsx';
import { useClient } from '../live/client-context.ts';
import { usePoll } from '../live/use-poll.ts';
import { sweepLink } from '../live/use-selected-sweep.ts';
import { plural } from '../text/words.ts';
import { levelsTitle } from './levels-title.ts';
import { originOf } from './origin.ts';

const POLL_INTERVAL_MS = 3000;
/** Trials of which the origin is told one by one. */
const MOST_SHOWN = 40;

/** Which trials were given the result of an equal trial of another sweep, and of which; nothing where none was. */
export function ReusedPanel({ sweep }: { readonly sweep: Sweep }) {
  const reused = sweep.counts?.reused ?? 0;
  return reused === 0 ? null : <ReusedTrials sweep={sweep} reused={reused} />;
}

function ReusedTrials({ sweep, reused }: { readonly sweep: Sweep; readonly reused: number }) {
  const client = useClient();
  const { value, error } = usePoll(
    `${sweep.name} reused`,
    (signal) => client.trials(sweep.name, { pageSize: 1000, state: 'succeeded' }, signal),
    sweep.state === 'SWEEP_STATE_ACTIVE' ? POLL_INTERVAL_MS : undefined,
  );
  const trials = (value?.trials ?? []).filter((trial) => trial.reusedFrom !== '');
  const shown = trials.slice(0, MOST_SHOWN);
  return (
    <section className="panel reused" aria-labelledby="reused-title">
      <h2 id="reused-title">
        Reused <span className="muted">{plural(reused, 'result')} of equal trials of other sweeps</span>
      </h2>
      {error && <Notice kind="error">Could not load what was reused: {error.message}</Notice>}
      <ul className="origins">
        {shown.map((trial) => (
          <ReusedTrial key={trial.name} trial={trial} />
        ))}
      </ul>
      {reused > shown.length && (
        <p className="muted">
          … and {reused - shown.length} more: <code>tickwork trials {sweep.name.replace('sweeps/', '')}</code>
        </p>
      )}
    </section>
  );
}

function ReusedTrial({ trial }: { readonly trial: Trial }) {
  const { sweep, text } = originOf(trial.reusedFrom);
  return (
    <li>
      {levelsTitle(trial.levels)} · seed {trial.seed}{' '}
      <a className="origin" {...sweepLink(sweep)}>
        {text}
      </a>
    </li>
  );
}
