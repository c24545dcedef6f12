import type { Sweep, Trial } from '../api/client.ts';
import { useNow } from '../live/use-now.ts';
import { formatDuration } from '../text/durations.ts';
import { plural, shortName } from '../text/words.ts';
import { paceOf } from './pace.ts';
import { BAR_STATES, ProgressBar } from './progress-bar.tsx';
import { SweepBadge } from './state-badge.tsx';

/** What the sweep is, how far it is, how long it has taken and about how long it still will. */
export function SweepHeader({ sweep, active }: { readonly sweep: Sweep; readonly active: readonly Trial[] }) {
  const now = useNow(1000);
  const { elapsedMs, remainingMs } = paceOf(sweep, active, now);
  const { counts } = sweep;
  return (
    <header className="panel sweep-header">
      <div className="line">
        <h1>{sweep.title || sweep.study}</h1>
        <SweepBadge sweep={sweep} />
      </div>
      <p className="muted">
        <code>{shortName(sweep.name)}</code> · {plural(sweep.seeds.length, 'seed')} · factors{' '}
        {sweep.factors.map((factor) => `${factor.name} (${factor.levels.length})`).join(', ')}
      </p>
      {sweep.paused && sweep.state === 'SWEEP_STATE_ACTIVE' && (
        <p className="muted">
          Paused: no further trial starts. <code>tickwork resume {shortName(sweep.name)}</code>
        </p>
      )}
      {counts && (
        <>
          <ProgressBar counts={counts} />
          <div className="line wrap">
            <ul className="counts" aria-label="Trials by state">
              {BAR_STATES.filter((state) => counts[state] > 0).map((state) => (
                <li key={state}>
                  <span className={`dot state-${state}`} aria-hidden="true" />
                  <b>{counts[state]}</b> {state}
                </li>
              ))}
              <li className="muted">of {counts.total}</li>
              {counts.reused > 0 && <li className="muted">{counts.reused} reused</li>}
            </ul>
            <p className="pace">
              {sweep.state === 'SWEEP_STATE_ACTIVE' ? 'running for' : 'took'} <b>{formatDuration(elapsedMs)}</b>
              {sweep.exhaustedReason !== '' && <>, stopped by its budget: {sweep.exhaustedReason}</>}
              {remainingMs !== undefined && (
                <>
                  , about <b>{formatDuration(remainingMs)}</b> left
                </>
              )}
            </p>
          </div>
        </>
      )}
    </header>
  );
}
