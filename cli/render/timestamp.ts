interface WireTimestamp {
  readonly seconds: number;
  readonly nanos: number;
}

/** @returns Unix milliseconds, or undefined for an absent timestamp. */
export function unixMs(timestamp: WireTimestamp | null | undefined): number | undefined {
  return timestamp ? timestamp.seconds * 1000 + timestamp.nanos / 1e6 : undefined;
}

/** `2026-11-23 19:45:54`, in UTC; empty for an absent timestamp. */
export function formatTimestamp(timestamp: WireTimestamp | null | undefined): string {
  const ms = unixMs(timestamp);
  return ms === undefined ? '' : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
