import { TickworkError } from '../../../core/errors.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';

/** A batch is one message, so that it is appended whole or not at all; NATS refuses messages above 1 MB by default. */
export const MAX_BATCH_BYTES = 512 * 1024;

/** Of the envelope; raised when an old reader could misread a new event. */
const SCHEMA_VERSION = 1;

/** @throws TickworkError ARGUMENT_INVALID above MAX_BATCH_BYTES: one batch cannot be split. */
export function encodeEventBatch(events: readonly SweepEvent[]): Uint8Array {
  const bytes = new TextEncoder().encode(JSON.stringify({ version: SCHEMA_VERSION, events }));
  if (bytes.length > MAX_BATCH_BYTES) {
    const types = [...new Set(events.map((event) => event.type))].join(', ');
    const message =
      `Expected a batch of events of at most ${MAX_BATCH_BYTES} bytes, got ${bytes.length} in ${events.length} events (${types}). ` +
      'Shorten the study, or split the command.';
    throw new TickworkError('ARGUMENT_INVALID', message);
  }
  return bytes;
}

/** @throws TickworkError INTERNAL for bytes that this version did not write. Events themselves are never re-validated. */
export function decodeEventBatch(bytes: Uint8Array, sequence: number): readonly SweepEvent[] {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged(sequence, `${bytes.length} bytes that are not JSON (${(error as Error).message})`, error);
  }
  const { version, events } = (value ?? {}) as { version?: unknown; events?: unknown };
  if (version !== SCHEMA_VERSION) throw damaged(sequence, `schema version ${JSON.stringify(version)}`);
  if (!Array.isArray(events) || !events.every(isEventLike))
    throw damaged(sequence, 'something else than a list of events');
  return events;
}

function isEventLike(event: unknown): event is SweepEvent {
  return typeof event === 'object' && event !== null && typeof (event as { type?: unknown }).type === 'string';
}

function damaged(sequence: number, got: string, cause?: unknown): TickworkError {
  const message =
    `Expected message ${sequence} of the event log to be a batch of schema version ${SCHEMA_VERSION}, got ${got}. ` +
    'Restore the NATS store directory from a backup, or start the Tickwork version that wrote it.';
  return new TickworkError('INTERNAL', message, { cause });
}
