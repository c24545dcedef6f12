import { type Action, allows, PERMISSIONS } from '../../coordinator/access/permissions.ts';
import { isRole } from '../../core/access/identity.ts';
import type { ErrorCode } from '../../core/errors.ts';
import { GRPC_STATUS, grpcStatusName } from '../../proto/grpc-status.ts';
import type { Answer, Asker, FuzzRequest } from './request.ts';

/** What a request that was let in may end with, if nothing more is known of it: a success, or the fault of the caller. */
const CALLERS_FAULT = [
  'OK',
  'INVALID_ARGUMENT',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'FAILED_PRECONDITION',
  'RESOURCE_EXHAUSTED',
];
const HTTP_CALLERS_FAULT = ['200', '304', '400', '404', '405', '409', '413', '415', '421', '429'];

/** @returns what is wrong with the answer, or undefined. */
export function complaintAbout(request: FuzzRequest, answer: Answer): string | undefined {
  if (answer.status === 'silent') return 'no answer';
  switch (request.kind) {
    case 'rpc':
      return aboutRpc(request, answer);
    case 'http':
      return aboutHttp(request, answer);
    case 'bytes':
      return /^5\d\d$/.test(answer.status) && answer.status !== '505'
        ? `a status that blames the server: ${answer.status}`
        : undefined;
  }
}

function aboutRpc(request: Extract<FuzzRequest, { kind: 'rpc' }>, answer: Answer): string | undefined {
  const { asker, path, wellFormed, study } = request;
  const [, service = '', method = ''] = path.split('/');
  const known = Object.hasOwn(PERMISSIONS, method) && service.startsWith('tickwork.v1.');
  if (!known) return expectOneOf(answer, ['UNIMPLEMENTED']);
  const denial = denialOf(method as Action, asker);
  if (denial) return expectOneOf(answer, [denial]);
  if (study !== undefined) return expectStudy(answer, study, grpcStatusOf);
  // grpc-js answers INTERNAL for bytes that are no message, as gRPC's table of statuses says.
  return expectOneOf(answer, wellFormed ? CALLERS_FAULT : [...CALLERS_FAULT, 'INTERNAL']);
}

function aboutHttp(request: Extract<FuzzRequest, { kind: 'http' }>, answer: Answer): string | undefined {
  const { asker, study, path, headers, method } = request;
  if (study === undefined || headers['host'] !== undefined) {
    if (['401', '403'].includes(answer.status))
      return isRole(asker) && asker === 'admin' ? `a refusal of an admin: ${answer.status}` : undefined;
    return expectOneOf(answer, [
      ...HTTP_CALLERS_FAULT,
      ...(path.startsWith('/healthz') ? ['503'] : []),
      ...(method === 'TRACE' || headers['content-length'] !== undefined ? ['closed'] : []),
    ]);
  }
  const denial = denialOf(path.endsWith(':plan') ? 'PlanSweep' : 'SubmitSweep', asker);
  if (denial) return expectOneOf(answer, [denial === 'UNAUTHENTICATED' ? '401' : '403']);
  // A body above 1 MiB is refused before it is read as anything.
  if ((request.body?.length ?? 0) > 1_000_000) return expectOneOf(answer, ['400', '413']);
  return expectStudy(answer, study, () => '400', '200');
}

function denialOf(action: Action, asker: Asker): 'UNAUTHENTICATED' | 'PERMISSION_DENIED' | undefined {
  if (allows(action, isRole(asker) ? asker : undefined)) return undefined;
  return isRole(asker) ? 'PERMISSION_DENIED' : 'UNAUTHENTICATED';
}

function expectStudy(
  answer: Answer,
  study: string,
  statusOf: (code: ErrorCode) => string,
  ok = 'OK',
): string | undefined {
  if (study === 'OK') return expectOneOf(answer, [ok]);
  const wrong = expectOneOf(answer, [statusOf(study as ErrorCode)]);
  return wrong ?? (answer.code === study ? undefined : `code ${answer.code}, expected ${study}`);
}

const grpcStatusOf = (code: ErrorCode): string => grpcStatusName(GRPC_STATUS[code]);

function expectOneOf(answer: Answer, expected: readonly string[]): string | undefined {
  if (expected.includes(answer.status)) return undefined;
  return `${answer.status} (${answer.code ?? 'no code'}: ${answer.message ?? ''}), expected ${expected.join(' or ')}`;
}
