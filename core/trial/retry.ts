import type { FailureKind } from './states.ts';

/**
 * What a lost attempt means for its cell. A strike counts against the study's maxAttempts; being preempted or stopped is
 * nobody's fault and does not.
 */
export const RETRY_RULES: Readonly<Record<FailureKind, { readonly retry: boolean; readonly strike: boolean }>> = {
  diverged: { retry: false, strike: true },
  user_error: { retry: false, strike: true },
  out_of_memory: { retry: true, strike: true },
  infrastructure: { retry: true, strike: true },
  timed_out: { retry: true, strike: true },
  preempted: { retry: true, strike: false },
  cancelled: { retry: true, strike: false },
};

/** @param strikes strikes before this failure. */
export function mayRetry(kind: FailureKind, strikes: number, maxAttempts: number): boolean {
  const rule = RETRY_RULES[kind];
  return rule.retry && strikes + (rule.strike ? 1 : 0) < maxAttempts;
}
