import type { Retries } from '../trial/retry.ts';
import { FAILURE_KINDS } from '../trial/states.ts';
import { type Complain, isMapping, shown } from './read-axis.ts';

/** Reads `retries`. @returns undefined when there is none, or after a complaint. */
export function readRetries(value: unknown, complain: Complain): Retries | undefined {
  if (value === undefined) return undefined;
  if (!isMapping(value)) {
    complain(['retries'], `Expected a mapping such as { timed_out: 0, infrastructure: 5 }, got ${shown(value)}`);
    return undefined;
  }
  let good = true;
  for (const [kind, times] of Object.entries(value)) {
    const known = (FAILURE_KINDS as readonly string[]).includes(kind);
    if (known && Number.isInteger(times) && (times as number) >= 0 && (times as number) <= 100) continue;
    good = false;
    const wanted = known ? `${kind} to be a whole number from 0 to 100` : `one of ${FAILURE_KINDS.join(', ')}`;
    complain(['retries', kind], `Expected ${wanted}, got ${known ? shown(times) : JSON.stringify(kind)}`);
  }
  return good ? (value as Retries) : undefined;
}
