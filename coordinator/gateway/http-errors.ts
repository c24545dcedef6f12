import { type ErrorCode, type FieldViolation, TickworkError } from '../../core/errors.ts';

/** HTTP status of each error code; a code missing here does not compile. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  STUDY_SYNTAX: 400,
  STUDY_INVALID: 400,
  GRID_EMPTY: 400,
  GRID_TOO_LARGE: 400,
  ARGUMENT_INVALID: 400,
  SWEEP_NOT_FOUND: 404,
  SWEEP_FINISHED: 409,
  SEARCH_ENDED: 409,
  TABLE_INCOMPLETE: 409,
  REQUEST_ID_REUSED: 409,
  PAGE_TOKEN_INVALID: 400,
  LEASE_STALE: 409,
  TRIAL_FINISHED: 409,
  WORKER_VERSION: 409,
  WORKER_DUPLICATE: 409,
  LOG_CONFLICT: 409,
  STATE_DIRECTORY_IN_USE: 409,
  STORE_FAILED: 500,
  NATS_UNREACHABLE: 503,
  COORDINATOR_UNREACHABLE: 503,
  NOT_READY: 503,
  DATASET_MISSING: 409,
  DATASET_CORRUPT: 409,
  CHECKPOINT_CORRUPT: 409,
  WEIGHTS_MISSING: 409,
  UPSTREAM_MISSING: 409,
  EXECUTOR_UNAVAILABLE: 409,
  EXECUTOR_FAILED: 409,
  EXECUTOR_WRONG: 409,
  EXECUTOR_OUT_OF_MEMORY: 429,
  ADDON_BUILD_FAILED: 409,
  STEP_UNTRACEABLE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  RATE_LIMITED: 429,
  CERTIFICATE_INVALID: 409,
  INSECURE_ADDRESS: 409,
  TRIAL_DIVERGED: 409,
  CONFIG_INVALID: 500,
  INTERNAL: 500,
};

/** What a client sees of an error. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly violations: readonly FieldViolation[];
  };
}

export interface HttpFailure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
  /** True when nobody threw this on purpose: the cause belongs in the log, not in the answer. */
  readonly unexpected: boolean;
}

/** A request that HTTP itself refuses (405, 413, ...), where the status says more than the code. */
export class HttpRefusal extends TickworkError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super('ARGUMENT_INVALID', message);
    this.status = status;
    this.headers = headers;
  }
}

/** The answer to a thrown value. Never contains a stack, nor the text of an error that was not meant for a client. */
export function httpFailure(error: unknown): HttpFailure {
  if (!(error instanceof TickworkError)) {
    const message = 'The coordinator failed while it answered. Its log has the cause.';
    return {
      status: 500,
      headers: {},
      body: { error: { code: 'INTERNAL', message, violations: [] } },
      unexpected: true,
    };
  }
  const { code, message, violations } = error;
  return {
    status: error instanceof HttpRefusal ? error.status : STATUS[code],
    headers: error instanceof HttpRefusal ? error.headers : headersOf(error),
    body: { error: { code, message, violations } },
    unexpected: code === 'INTERNAL',
  };
}

/** A browser asks the person for a name, which does not matter, and a password: the token. */
function headersOf({ code, retryAfterMs }: TickworkError): Readonly<Record<string, string>> {
  return {
    ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Basic realm="Tickwork: your token is the password"' } : {}),
    ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
  };
}
