import { status } from '@grpc/grpc-js';
import type { ErrorCode } from '../core/errors.ts';

/** The gRPC status of each error code; fails to compile when the table of codes grows. */
export const GRPC_STATUS = {
  STUDY_SYNTAX: status.INVALID_ARGUMENT,
  STUDY_INVALID: status.INVALID_ARGUMENT,
  GRID_EMPTY: status.INVALID_ARGUMENT,
  GRID_TOO_LARGE: status.INVALID_ARGUMENT,
  ARGUMENT_INVALID: status.INVALID_ARGUMENT,
  PAGE_TOKEN_INVALID: status.INVALID_ARGUMENT,
  SWEEP_NOT_FOUND: status.NOT_FOUND,
  REQUEST_ID_REUSED: status.ALREADY_EXISTS,
  WORKER_DUPLICATE: status.ALREADY_EXISTS,
  SWEEP_FINISHED: status.FAILED_PRECONDITION,
  TABLE_INCOMPLETE: status.FAILED_PRECONDITION,
  LEASE_STALE: status.FAILED_PRECONDITION,
  TRIAL_FINISHED: status.FAILED_PRECONDITION,
  WORKER_VERSION: status.FAILED_PRECONDITION,
  STATE_DIRECTORY_IN_USE: status.FAILED_PRECONDITION,
  DATASET_MISSING: status.FAILED_PRECONDITION,
  CONFIG_INVALID: status.FAILED_PRECONDITION,
  LOG_CONFLICT: status.ABORTED,
  NATS_UNREACHABLE: status.UNAVAILABLE,
  COORDINATOR_UNREACHABLE: status.UNAVAILABLE,
  NOT_READY: status.UNAVAILABLE,
  DATASET_CORRUPT: status.DATA_LOSS,
  STEP_UNTRACEABLE: status.INTERNAL,
  EXECUTOR_UNAVAILABLE: status.FAILED_PRECONDITION,
  EXECUTOR_FAILED: status.INTERNAL,
  EXECUTOR_WRONG: status.INTERNAL,
  EXECUTOR_OUT_OF_MEMORY: status.RESOURCE_EXHAUSTED,
  ADDON_BUILD_FAILED: status.FAILED_PRECONDITION,
  TRIAL_DIVERGED: status.INTERNAL,
  INTERNAL: status.INTERNAL,
} as const satisfies Record<ErrorCode, status>;

/** Name of a gRPC status, for example `OK` or `NOT_FOUND`; a number that has none stays a number. */
export function grpcStatusName(code: number): string {
  return status[code] ?? String(code);
}
