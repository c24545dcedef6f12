/** Turner's leaky bucket as a meter (Tanenbaum, Computer Networks, §5.3): `burst` at once, `perSecond` for ever. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** One bucket for each key. Time is an argument, in ms of a clock that never goes back. */
export interface TokenBuckets {
  /** Takes one token. @returns 0 when there was one, else the ms until there is. */
  take(key: string, now: number): number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Full buckets are forgotten beyond this number: they say nothing that a new one would not. */
const MAX_BUCKETS = 10_000;

export function createTokenBuckets({ perSecond, burst }: Rate): TokenBuckets {
  const buckets = new Map<string, Bucket>();

  function filled(bucket: Bucket, now: number): number {
    return Math.min(burst, bucket.tokens + (Math.max(0, now - bucket.at) / 1000) * perSecond);
  }

  function forgetFull(now: number): void {
    for (const [key, bucket] of buckets) if (filled(bucket, now) >= burst) buckets.delete(key);
  }

  return {
    take(key, now) {
      const bucket = buckets.get(key) ?? { tokens: burst, at: now };
      const tokens = filled(bucket, now);
      if (buckets.size >= MAX_BUCKETS && !buckets.has(key)) forgetFull(now);
      const taken = tokens >= 1;
      buckets.set(key, { tokens: taken ? tokens - 1 : tokens, at: Math.max(bucket.at, now) });
      return taken ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000);
    },
  };
}
