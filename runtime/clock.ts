import { setTimeout as delay } from 'node:timers/promises';

/** Time as an argument. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms`, or at once (without throwing) when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};

/**
 * Begins with the system's time and from then on only counts: nobody sets it. For durations and whatever is compared with
 * them; once the system's clock was corrected the two differ.
 */
export function createSteadyClock(): Clock {
  const beginning = Date.now() - performance.now();
  return { now: () => Math.round(beginning + performance.now()), sleep: systemClock.sleep };
}
