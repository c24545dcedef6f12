/**
 * The closed table of error codes. A code is never reused for another meaning; `docs/errors.md` lists them all
 * (a test compares the two). `retryable` says whether the same call may succeed later without a change.
 */
export const ERROR_CODES = {
  STUDY_SYNTAX: { retryable: false, summary: 'The study is not well-formed YAML.' },
  STUDY_INVALID: {
    retryable: false,
    summary: 'A field of the study has the wrong type, an unknown name or a bad value.',
  },
  GRID_EMPTY: { retryable: false, summary: 'An axis has no level, or the constraint leaves no cell.' },
  GRID_TOO_LARGE: { retryable: false, summary: 'The grid has more cells than a coordinator accepts.' },
  ARGUMENT_INVALID: { retryable: false, summary: 'A request field or command-line option is missing or malformed.' },
  SWEEP_NOT_FOUND: { retryable: false, summary: 'No sweep has this name.' },
  SWEEP_FINISHED: { retryable: false, summary: 'The sweep has reached a terminal state.' },
  SEARCH_ENDED: { retryable: false, summary: 'The search takes no more configurations.' },
  TABLE_INCOMPLETE: { retryable: false, summary: 'The table has cells without a result.' },
  REQUEST_ID_REUSED: { retryable: false, summary: 'The request id was used before with other contents.' },
  PAGE_TOKEN_INVALID: { retryable: false, summary: 'The page token does not belong to this request.' },
  LEASE_STALE: { retryable: false, summary: 'The message names a lease, attempt or epoch that is no longer current.' },
  TRIAL_FINISHED: { retryable: false, summary: 'The trial has reached a terminal state.' },
  WORKER_VERSION: { retryable: false, summary: 'The worker speaks another protocol version than the coordinator.' },
  WORKER_DUPLICATE: { retryable: false, summary: 'A worker with this name is already connected.' },
  LOG_CONFLICT: { retryable: false, summary: 'Another coordinator has written to the event log.' },
  STATE_DIRECTORY_IN_USE: { retryable: false, summary: 'Another process holds the state directory.' },
  STORE_FAILED: { retryable: false, summary: 'The table on disk takes no rows.' },
  NATS_UNREACHABLE: { retryable: true, summary: 'The NATS server does not answer or has no JetStream.' },
  COORDINATOR_UNREACHABLE: { retryable: true, summary: 'The coordinator does not answer.' },
  NOT_READY: { retryable: true, summary: 'The coordinator is starting or shutting down.' },
  DATASET_MISSING: { retryable: false, summary: 'A dataset file is not where it was expected.' },
  DATASET_CORRUPT: { retryable: false, summary: 'A dataset file is truncated or not in its format.' },
  CHECKPOINT_CORRUPT: { retryable: false, summary: 'A checkpoint file is truncated or not in its format.' },
  WEIGHTS_MISSING: { retryable: false, summary: 'No weights are kept under the name that a trial starts from.' },
  UPSTREAM_MISSING: {
    retryable: false,
    summary: 'What a trial has left that another waits for is not in the checkpoint folder.',
  },
  STEP_UNTRACEABLE: {
    retryable: false,
    summary: 'A training step reads a value or uses a kernel that cannot be traced.',
  },
  EXECUTOR_UNAVAILABLE: {
    retryable: false,
    summary: 'An executor, its library or its device is not on this machine, or not one that works.',
  },
  EXECUTOR_FAILED: { retryable: false, summary: "An executor's library refused a step or failed while running it." },
  EXECUTOR_WRONG: {
    retryable: false,
    summary: "An executor's numbers differ from the expected by more than rounding.",
  },
  EXECUTOR_OUT_OF_MEMORY: { retryable: false, summary: 'The device or the host has no memory left for the step.' },
  ADDON_BUILD_FAILED: {
    retryable: false,
    summary: 'A compiler, a header or a library was missing, or refused to build an addon.',
  },
  UNAUTHENTICATED: { retryable: false, summary: 'The caller did not say who it is, or not in a way that is known.' },
  PERMISSION_DENIED: { retryable: false, summary: 'The role of the caller does not allow the call.' },
  RATE_LIMITED: { retryable: true, summary: 'The caller has asked too often, or holds too many streams open.' },
  CERTIFICATE_INVALID: {
    retryable: false,
    summary: 'A certificate or key is missing, unreadable, expired or of another authority.',
  },
  INSECURE_ADDRESS: { retryable: false, summary: 'An address that others can reach, without TLS and tokens.' },
  TRIAL_DIVERGED: { retryable: false, summary: 'The loss became NaN or infinite, or exploded.' },
  CONFIG_INVALID: { retryable: false, summary: 'A setting of a process is missing or malformed.' },
  INTERNAL: { retryable: false, summary: 'A defect of Tickwork itself.' },
} as const satisfies Record<string, { retryable: boolean; summary: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One complaint about one place, so that all problems of an input can be shown at once. */
export interface FieldViolation {
  /** Path in the input, for example `factors.config[2]`. */
  readonly field: string;
  readonly message: string;
  /** 1-based position in the source text, when there is one. */
  readonly line?: number;
  readonly column?: number;
}

/** The only error class thrown on purpose. Message grammar: Expected X to be R, got V. Then what to do. */
export class TickworkError extends Error {
  override readonly name = 'TickworkError';
  readonly code: ErrorCode;
  readonly violations: readonly FieldViolation[];
  /** After so many milliseconds the same call may succeed; known of RATE_LIMITED. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { violations?: readonly FieldViolation[]; cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.violations = options.violations ?? [];
    this.retryAfterMs = options.retryAfterMs;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}
