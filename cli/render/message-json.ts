/**
 * A received message as plain JSON data: timestamps as RFC 3339 text, without proto-loader's oneof markers
 * (`_loss: 'loss'`); NaN and infinities, which JSON lacks, become null.
 */
export function messageJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(messageJson);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return value;
  if (isTimestamp(value)) return new Date(value.seconds * 1000 + value.nanos / 1e6).toISOString();
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('_'));
  return Object.fromEntries(entries.map(([key, inner]) => [key, messageJson(inner)]));
}

/** No other message of ours has exactly these two fields. */
function isTimestamp(value: object): value is { seconds: number; nanos: number } {
  return Object.keys(value).length === 2 && 'seconds' in value && 'nanos' in value;
}
