import type { Clock } from '../../runtime/clock.ts';
import { deferred } from '../../runtime/deferred.ts';

/** Wakes streams when something they show may have changed. */
export interface Changes {
  notify(): void;
  /** Resolves at the next change after the call, or when `signal` aborts. */
  next(signal: AbortSignal): Promise<void>;
}

export function createChanges(): Changes {
  let waiting = deferred<void>();
  return {
    notify() {
      waiting.resolve();
      waiting = deferred();
    },
    async next(signal) {
      if (signal.aborted) return;
      const aborted = deferred<void>();
      const onAbort = (): void => aborted.resolve();
      signal.addEventListener('abort', onAbort, { once: true });
      await Promise.race([waiting.promise, aborted.promise]);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** What a stream shows now, and what comes after it. */
export interface Snapshot<T> {
  /** Absent when it is what was shown before. */
  readonly value: T | undefined;
  /** `more`: there is more to show already; `later`: at the next change; `never`: this was the last. */
  readonly next: 'more' | 'later' | 'never';
}

/** A client may ask for less, but no timer runs for longer than this. */
const MAX_INTERVAL_MS = 60_000;

/**
 * A snapshot at once, then one after each change, no closer than `minIntervalMs`, until one is the last or `signal` aborts.
 * Changes that come while the reader is slow are folded into one.
 */
export async function* follow<T>(
  snapshot: () => Promise<Snapshot<T>>,
  changes: Changes,
  clock: Clock,
  minIntervalMs: number,
  signal: AbortSignal,
): AsyncGenerator<T> {
  while (!signal.aborted) {
    const changed = changes.next(signal);
    const { value, next } = await snapshot();
    if (value !== undefined) yield value;
    if (next === 'never') return;
    if (next === 'more') continue;
    await clock.sleep(Math.min(minIntervalMs, MAX_INTERVAL_MS), signal);
    await changed;
  }
}
