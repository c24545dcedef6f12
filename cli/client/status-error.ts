import { type ServiceError, status } from '@grpc/grpc-js';
import { TickworkError } from '../../core/errors.ts';
import { decodeStatusDetails, STATUS_DETAILS_KEY } from '../../proto/status-details.ts';

/**
 * What went wrong in a call, in our own words.
 * @param address the address dialled, as the person gave it.
 * @param deadlineMs how long the call was waited for.
 */
export function statusError(error: ServiceError, address: string, deadlineMs: number): TickworkError {
  const bytes = error.metadata?.get(STATUS_DETAILS_KEY)[0];
  const details = bytes instanceof Buffer ? decodeStatusDetails(bytes) : undefined;
  if (details?.code !== undefined) {
    return new TickworkError(details.code, details.message, { violations: details.violations, cause: error });
  }
  return new TickworkError(...inWords(error, address, deadlineMs), { cause: error });
}

function inWords(
  error: ServiceError,
  address: string,
  deadlineMs: number,
): ['COORDINATOR_UNREACHABLE' | 'CERTIFICATE_INVALID' | 'INTERNAL', string] {
  const advice =
    'Start one with `tickwork up`, or name the right address with --coordinator HOST:PORT or TICKWORK_COORDINATOR. One that asks for TLS needs --credentials DIR.';
  switch (error.code) {
    case status.UNAVAILABLE: {
      const problem = tlsProblem(error.details, address);
      if (problem !== undefined) return ['CERTIFICATE_INVALID', problem];
      return [
        'COORDINATOR_UNREACHABLE',
        `Expected a Tickwork coordinator at ${address}, got no answer (${reason(error.details)}). ${advice}`,
      ];
    }
    case status.DEADLINE_EXCEEDED:
      return [
        'COORDINATOR_UNREACHABLE',
        `Expected the coordinator at ${address} to answer within ${deadlineMs / 1000} s, got nothing. ${advice}`,
      ];
    case status.UNIMPLEMENTED:
      return [
        'COORDINATOR_UNREACHABLE',
        `Expected ${address} to serve tickwork.v1, got a server that does not know this call. ${advice}`,
      ];
    default:
      return [
        'INTERNAL',
        `Expected an answer from ${address}, got ${status[error.code]}: ${error.details}. See the coordinator's log.`,
      ];
  }
}

/** What a failed TLS handshake means, as far as OpenSSL's words tell. */
const TLS_PROBLEMS: readonly (readonly [RegExp, string])[] = [
  [/certificate has expired/i, 'got one that has expired. Its owner makes a new one with `tickwork certs --renew`.'],
  [
    /self.signed|unable to (get|verify)|unknown ca/i,
    'got one of another authority. Pass --credentials with the ca.crt of this cluster.',
  ],
  [
    /altname|does not match/i,
    'got one for other names. Dial a name that it has, or make it again with `tickwork certs --host NAME`.',
  ],
  [
    /certificate required|handshake failure|bad certificate|alert number (40|42|45|116)/i,
    'but it asks for ours too. Pass --credentials with a folder that holds tls.crt and tls.key.',
  ],
  [
    /wrong version number|packet length|EPROTO/i,
    'got an answer in the clear. Leave --credentials out, or mend the address.',
  ],
];

function tlsProblem(details: string, address: string): string | undefined {
  const found = TLS_PROBLEMS.find(([pattern]) => pattern.test(details));
  return found && `Expected the coordinator at ${address} to show a good certificate, ${found[1]}`;
}

/** grpc-js lists every attempt of every address; the last system error says it all. */
function reason(details: string): string {
  return /E[A-Z]{4,}/.exec(details)?.[0] ?? details.split('\n')[0] ?? '';
}

/** Whether a later attempt of the same call may succeed without anybody changing anything. */
export function mayPass(error: unknown): boolean {
  return error instanceof TickworkError && error.retryable;
}
