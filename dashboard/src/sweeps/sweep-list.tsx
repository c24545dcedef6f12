import type { Sweep } from '../api/client.ts';
import { useNow } from '../live/use-now.ts';
import { sweepLink } from '../live/use-selected-sweep.ts';
import { formatAge } from '../text/durations.ts';
import { shortName } from '../text/words.ts';
import { ProgressBar } from './progress-bar.tsx';
import { SweepBadge } from './state-badge.tsx';

/** Sweeps, newest first, as links. */
export function SweepList({
  sweeps,
  selected,
}: {
  readonly sweeps: readonly Sweep[];
  readonly selected: string | undefined;
}) {
  const now = useNow(10_000);
  if (sweeps.length === 0) return <p className="muted">None yet.</p>;
  return (
    <ul className="sweep-list">
      {sweeps.map((sweep) => (
        <li key={sweep.name}>
          <a {...sweepLink(sweep.name)} aria-current={sweep.name === selected ? 'page' : undefined}>
            <span className="line">
              <strong>{shortName(sweep.name)}</strong>
              <SweepBadge sweep={sweep} />
            </span>
            <span className="muted title">{sweep.title || sweep.study}</span>
            {sweep.counts && <ProgressBar counts={sweep.counts} />}
            <span className="line muted">
              <span>{summary(sweep)}</span>
              {sweep.createTime && (
                <time dateTime={sweep.createTime} title={new Date(sweep.createTime).toLocaleString()}>
                  {formatAge(now - Date.parse(sweep.createTime))}
                </time>
              )}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function summary({ counts }: Sweep): string {
  if (!counts) return '';
  const failed = counts.failed > 0 ? ` · ${counts.failed} failed` : '';
  return `${counts.succeeded} of ${counts.total} done${failed}`;
}
