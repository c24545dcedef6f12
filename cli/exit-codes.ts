import { type ErrorCode, TickworkError } from '../core/errors.ts';

/** What the shell sees. `tickwork --help` prints this table. */
export const EXIT = {
  ok: 0,
  failed: 1,
  badInput: 2,
  unreachable: 3,
  refused: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODE_HELP = `
Exit codes:
  0    done
  1    failed, or the sweep that was waited for has failed or cancelled trials
  2    bad input: the command line, a setting or the study
  3    the coordinator is unreachable or not ready
  4    refused: something must change before the same command can work
  130  interrupted`;

const EXIT_OF = {
  STUDY_SYNTAX: EXIT.badInput,
  STUDY_INVALID: EXIT.badInput,
  GRID_EMPTY: EXIT.badInput,
  GRID_TOO_LARGE: EXIT.badInput,
  ARGUMENT_INVALID: EXIT.badInput,
  PAGE_TOKEN_INVALID: EXIT.badInput,
  CONFIG_INVALID: EXIT.badInput,
  SWEEP_NOT_FOUND: EXIT.badInput,
  COORDINATOR_UNREACHABLE: EXIT.unreachable,
  NOT_READY: EXIT.unreachable,
  SWEEP_FINISHED: EXIT.refused,
  SEARCH_ENDED: EXIT.refused,
  TABLE_INCOMPLETE: EXIT.refused,
  REQUEST_ID_REUSED: EXIT.refused,
  WORKER_VERSION: EXIT.refused,
  WORKER_DUPLICATE: EXIT.refused,
  STATE_DIRECTORY_IN_USE: EXIT.refused,
  STORE_FAILED: EXIT.failed,
  NATS_UNREACHABLE: EXIT.refused,
  DATASET_MISSING: EXIT.refused,
  LOG_CONFLICT: EXIT.refused,
  LEASE_STALE: EXIT.refused,
  TRIAL_FINISHED: EXIT.refused,
  DATASET_CORRUPT: EXIT.failed,
  CHECKPOINT_CORRUPT: EXIT.failed,
  WEIGHTS_MISSING: EXIT.failed,
  UPSTREAM_MISSING: EXIT.failed,
  STEP_UNTRACEABLE: EXIT.failed,
  EXECUTOR_UNAVAILABLE: EXIT.refused,
  EXECUTOR_FAILED: EXIT.failed,
  EXECUTOR_WRONG: EXIT.failed,
  EXECUTOR_OUT_OF_MEMORY: EXIT.failed,
  ADDON_BUILD_FAILED: EXIT.refused,
  UNAUTHENTICATED: EXIT.refused,
  PERMISSION_DENIED: EXIT.refused,
  RATE_LIMITED: EXIT.refused,
  CERTIFICATE_INVALID: EXIT.refused,
  INSECURE_ADDRESS: EXIT.badInput,
  TRIAL_DIVERGED: EXIT.failed,
  INTERNAL: EXIT.failed,
} as const satisfies Record<ErrorCode, ExitCode>;

export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interrupted) return EXIT.interrupted;
  return error instanceof TickworkError ? EXIT_OF[error.code] : EXIT.failed;
}

/** The person, or the machine's shutdown, asked the command to end before it was done. */
export class Interrupted extends Error {
  constructor(
    /** For example `SIGTERM`. */
    readonly by: string,
  ) {
    super(`Interrupted by ${by}.`);
  }
}
