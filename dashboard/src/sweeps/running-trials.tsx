import type { Sweep, Trial } from '../api/client.ts';
import { formatCount } from '../text/numbers.ts';
import { levelsTitle } from './levels-title.ts';
import { NothingRuns } from './nothing-runs.tsx';
import { trialShare } from './pace.ts';

/** Trials that hold a slot now, with what their worker last said of them. */
export function RunningTrials({ sweep, active }: { readonly sweep: Sweep; readonly active: readonly Trial[] }) {
  return (
    <section className="panel running" aria-labelledby="running-title">
      <h2 id="running-title">
        Running <span className="muted">{active.length > 0 ? active.length : ''}</span>
      </h2>
      {active.length === 0 && <NothingRuns sweep={sweep} />}
      <ul className="running-list">
        {active.map((trial) => (
          <RunningTrial key={trial.name} trial={trial} />
        ))}
      </ul>
    </section>
  );
}

function RunningTrial({ trial }: { readonly trial: Trial }) {
  const title = `${levelsTitle(trial.levels)} · seed ${trial.seed}`;
  return (
    <li>
      <span className="line">
        <strong>{title}</strong>
        <span className="muted">
          {trial.attempt > 1 && `attempt ${trial.attempt} · `}
          {trial.worker}
        </span>
      </span>
      <progress value={trialShare(trial)} max={1} aria-label={title} />
      <span className="muted detail">{progressText(trial)}</span>
    </li>
  );
}

function progressText({ progress, state }: Trial): string {
  if (!progress) return state === 'TRIAL_STATE_LEASED' ? 'leased, not started yet' : 'starting';
  // Who trains nothing only tests.
  const parts = progress.trainEpochs === 0 ? [] : [`epoch ${progress.trainEpoch}/${progress.trainEpochs}`];
  if (progress.loss != null) parts.push(`loss ${progress.loss.toPrecision(3)}`);
  if (progress.imagesPerSecond != null) parts.push(`${formatCount(progress.imagesPerSecond)} img/s`);
  if (progress.phase !== 'training' && progress.phase !== '') parts.push(progress.phase);
  return parts.join(' · ');
}
