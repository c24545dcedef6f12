import type { Timestamp } from '../../../proto/generated/google/protobuf/Timestamp.ts';

/** @param ms Unix milliseconds. */
export function toTimestamp(ms: number): Timestamp {
  return { seconds: Math.floor(ms / 1000), nanos: Math.round((ms % 1000) * 1e6) };
}
