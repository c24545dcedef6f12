import { ErrorCode, NatsError } from 'nats';
import { TickworkError } from '../../../core/errors.ts';

/** JetStream's own error numbers (`err_code`), from the server's errors.json. */
export const JETSTREAM_CODE = {
  MESSAGE_NOT_FOUND: 10037,
  STREAM_NAME_IN_USE: 10058,
  STREAM_NOT_FOUND: 10059,
  CONSUMER_NOT_FOUND: 10014,
  WRONG_LAST_SEQUENCE: 10071,
} as const;

export function jetStreamCode(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}

const TRANSIENT: readonly string[] = [
  ErrorCode.Timeout,
  ErrorCode.NoResponders,
  ErrorCode.Disconnect,
  ErrorCode.ConnectionRefused,
  ErrorCode.ConnectionTimeout,
  ErrorCode.Cancelled,
];

/** Whether the same request may succeed on its own later: no answer, no leader yet, JetStream still starting. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof NatsError)) return false;
  if (error.api_error) return error.api_error.code === 503 || error.api_error.code === 408;
  return TRANSIENT.includes(error.code);
}

/** @param doing what was being attempted, as the object of "while": `appending to the event log`. */
export function natsUnreachable(doing: string, cause: unknown): TickworkError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const message = `Expected NATS to answer while ${doing}, got: ${reason}. Check that nats-server runs with -js and has free disk space.`;
  return new TickworkError('NATS_UNREACHABLE', message, { cause });
}
