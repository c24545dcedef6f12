import { type ErrorCode, TickworkError } from '../../core/errors.ts';
import { EngineError, type EngineErrorCode } from '../../engine/mod.ts';
import type { TrialFailureKind, TrialOutcome } from './outcome.ts';

/** Failures that would come again on any worker; what is not listed here may be this worker's own trouble. */
const KINDS: Partial<Record<ErrorCode | EngineErrorCode, TrialFailureKind>> = {
  TRIAL_DIVERGED: 'diverged',
  STUDY_INVALID: 'user_error',
  ARGUMENT_INVALID: 'user_error',
  STEP_UNTRACEABLE: 'user_error',
  STEP_SHAPE: 'user_error',
  EXECUTOR_OUT_OF_MEMORY: 'out_of_memory',
  // Another worker's library may be right.
  EXECUTOR_WRONG: 'infrastructure',
  EXECUTOR_UNAVAILABLE: 'infrastructure',
};

/** How V8, ONNX Runtime, CUDA and the C++ library say that an allocation failed. */
const OUT_OF_MEMORY =
  /allocation failed|failed to allocate|bad_alloc|out of memory|invalid (array|typed array) length/i;

/** Names what ended a trial early (invariant I5). */
export function failureOf(error: unknown, signal: AbortSignal): Extract<TrialOutcome, { status: 'failed' }> {
  const message = error instanceof Error ? error.message : String(error);
  if (signal.aborted && error === signal.reason) return { status: 'failed', kind: 'cancelled', message };
  const coded = error instanceof TickworkError || error instanceof EngineError ? KINDS[error.code] : undefined;
  const kind = coded ?? (OUT_OF_MEMORY.test(message) ? 'out_of_memory' : 'infrastructure');
  return { status: 'failed', kind, message };
}
