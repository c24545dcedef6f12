/** When workers are given assignments ahead of their free slots. */
export interface QueuePolicy {
  /** Only workers whose trials take less than this, ms: the round trip is nothing beside a longer one, and who waits behind it waits long. */
  readonly shortMs: number;
  /** How much work waits at each slot, ms: some round trips through the log and back. */
  readonly aheadMs: number;
}

export const QUEUE_POLICY: QueuePolicy = { shortMs: 1_000, aheadMs: 100 };

/**
 * Assignments that may wait at a worker for a free slot.
 * @param trialMs recent duration of its trials; undefined while nothing is known.
 * @param limit what the worker takes.
 */
export function queueDepth(trialMs: number | undefined, slots: number, limit: number, policy: QueuePolicy): number {
  if (trialMs === undefined || trialMs >= policy.shortMs) return 0;
  return Math.min(limit, slots * Math.ceil(policy.aheadMs / Math.max(1, trialMs)));
}

/** Weight of the newest trial in the mean that `queueDepth` goes by. */
const NEWEST = 0.2;

/** An exponentially weighted mean: it follows a sweep whose trials are of another length after a few of them. */
export function withDuration(trialMs: number | undefined, newestMs: number): number {
  return trialMs === undefined ? newestMs : trialMs + NEWEST * (newestMs - trialMs);
}
