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

/** How often a study lets a trial be tried again after failures of some kinds, instead of the rules above. */
export type Retries = Readonly<Partial<Record<FailureKind, number>>>;

/** What a trial's lost attempts count so far. */
export interface Strikes {
  /** Attempts that counted against maxAttempts. */
  readonly strikes: number;
  /** Attempts lost by each kind that has a rule of its own. */
  readonly struck?: Retries;
}

/** @param before this failure. */
export function mayRetry(
  kind: FailureKind,
  { strikes, struck = {} }: Strikes,
  { maxAttempts, retries = {} }: { readonly maxAttempts: number; readonly retries?: Retries },
): boolean {
  const own = retries[kind];
  if (own !== undefined) return (struck[kind] ?? 0) < own;
  const rule = RETRY_RULES[kind];
  return rule.retry && strikes + (rule.strike ? 1 : 0) < maxAttempts;
}

export function strikesAfter(kind: FailureKind, before: Strikes, retries: Retries = {}): Strikes {
  const { strikes, struck } = before;
  if (retries[kind] !== undefined) return { strikes, struck: { ...struck, [kind]: (struck?.[kind] ?? 0) + 1 } };
  return { strikes: strikes + (RETRY_RULES[kind].strike ? 1 : 0), ...(struck === undefined ? {} : { struck }) };
}
