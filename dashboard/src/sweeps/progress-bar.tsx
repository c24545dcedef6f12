import type { TrialCounts } from '../api/client.ts';

/** States in the order of the bar: what is done on the left, what waits on the right. */
export const BAR_STATES = [
  'succeeded',
  'failed',
  'blocked',
  'cancelled',
  'stopped',
  'running',
  'leased',
  'pending',
] as const;

/** Trials of a sweep by state, as one stacked bar. */
export function ProgressBar({ counts }: { readonly counts: TrialCounts }) {
  const present = BAR_STATES.filter((state) => counts[state] > 0);
  const label = `${present.map((state) => `${counts[state]} ${state}`).join(', ')} of ${counts.total} trials`;
  return (
    <div className="bar" role="img" aria-label={label} title={label}>
      {present.map((state) => (
        <span key={state} className={`state-${state}`} style={{ flexGrow: counts[state] }} />
      ))}
    </div>
  );
}
