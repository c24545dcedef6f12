import { backoffMs } from '../../runtime/backoff.ts';

/** A process that keeps dying is not worth restarting for ever. */
export const RESTARTS = { max: 10, withinMs: 300_000 } as const;

const BACKOFF = { firstMs: 250, capMs: 10_000 } as const;

/**
 * What to do about a process that died at `now`.
 * @param deaths when it died before, Unix milliseconds, this time included.
 * @param random uniform in [0, 1).
 * @returns how long to wait before starting it again, or undefined to give up: more than 10 deaths in 5 minutes.
 */
export function restartDelayMs(deaths: readonly number[], now: number, random: number): number | undefined {
  const recent = deaths.filter((at) => at > now - RESTARTS.withinMs).length;
  if (recent > RESTARTS.max) return undefined;
  // The first death is restarted at once: somebody killed it.
  return recent <= 1 ? 0 : backoffMs(recent - 2, random, BACKOFF);
}
