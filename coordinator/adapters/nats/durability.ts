/** What an acknowledgement of a NATS server of a version is worth, in words for status pages (invariant I8). */
export interface NatsServerFacts {
  /** As the server says it, for example `2.9.10`. */
  readonly version: string;
  /** What an acknowledged message survives, and when it reaches the disk. */
  readonly durability: string;
}

/**
 * Servers acknowledge before fsync; the built-in sync period is 60 s before 2.10 and 2 min since, where `sync_interval` can
 * change it. A client cannot read that setting, so it is never claimed.
 */
export function natsServerFacts(version: string): NatsServerFacts {
  const match = /^v?(\d+)\.(\d+)/.exec(version);
  if (!match) return { version, durability: 'process crash; fsync period unknown' };
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const hasSyncInterval = major > 2 || (major === 2 && minor >= 10);
  return {
    version,
    durability: hasSyncInterval
      ? 'process crash; fsync at most every 2 min unless the server sets sync_interval'
      : 'process crash; fsync at most every 60 s',
  };
}
