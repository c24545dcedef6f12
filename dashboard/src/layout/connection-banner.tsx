import { useLostSince } from '../live/connection.ts';
import { useNow } from '../live/use-now.ts';
import { formatDuration } from '../text/durations.ts';

/** Says that what is on the page is old, for how long, and that nobody needs to do anything. */
export function ConnectionBanner() {
  const lostSince = useLostSince();
  const now = useNow(1000);
  return (
    <div role="status" aria-live="polite">
      {lostSince !== undefined && (
        <p className="banner">
          <strong>Connection to the coordinator lost.</strong> Everything below is as it was{' '}
          <span aria-hidden="true">{formatDuration(now - lostSince)} ago</span>. Trying again…
        </p>
      )}
    </div>
  );
}
