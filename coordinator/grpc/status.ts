import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';
import { TickworkError } from '../../core/errors.ts';
import { GRPC_STATUS } from '../../proto/grpc-status.ts';
import { encodeStatusDetails, STATUS_DETAILS_KEY } from '../../proto/status-details.ts';
import type { Logger } from '../../runtime/logger.ts';

/**
 * The one error boundary of the gRPC services: our errors by the table, with their details in the trailers; anything else is a
 * defect, logged here with its stack and opaque to the client.
 */
export function toStatus(error: unknown, method: string, logger: Logger): StatusObject {
  if (error instanceof TickworkError && error.code !== 'INTERNAL') {
    const code = GRPC_STATUS[error.code];
    const metadata = new Metadata();
    metadata.set(STATUS_DETAILS_KEY, encodeStatusDetails(error, code));
    if (error.retryAfterMs !== undefined) {
      metadata.set('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
      // What gRPC's own retries obey (proposal A6).
      metadata.set('grpc-retry-pushback-ms', String(error.retryAfterMs));
    }
    return { code, details: shorten(error.message), metadata };
  }
  logger.error({ err: error, method }, 'a handler failed');
  return {
    code: status.INTERNAL,
    details: 'An internal error of the coordinator; its log has the details.',
    metadata: new Metadata(),
  };
}

/** Of the status message as it travels, percent-encoded: with the details beside it, it has to stay below the 8 KiB of trailers that clients take. */
const MAX_ENCODED = 2_000;

function shorten(message: string): string {
  // encodeURI refuses halves of surrogate pairs.
  const characters = [...message].map((character) => character.replace(/^[\uD800-\uDFFF]$/, '\uFFFD'));
  if (encodeURI(characters.join('')).length <= MAX_ENCODED) return characters.join('');
  let encoded = 0;
  const kept = characters.findIndex((character) => (encoded += encodeURI(character).length) > MAX_ENCODED - 9);
  return `${characters.slice(0, kept).join('')}…`;
}

export function toServiceError(error: unknown, method: string, logger: Logger): ServiceError {
  const { code, details, metadata } = toStatus(error, method, logger);
  return Object.assign(new Error(details), { code, details, metadata });
}
