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

/**
 * Workers that may die under a trial, or fall silent, one after the other: a machine that is switched off is not the trial's fault
 * and no strike, but a trial that takes every machine down with it has to end.
 */
export const MAX_DEATHS = 10;

/** What a trial's lost attempts count so far. */
export interface Strikes {
  /** Attempts that counted against maxAttempts. */
  readonly strikes: number;
  /** Attempts lost by each kind that has a rule of its own. */
  readonly struck?: Retries;
  /** Workers that died under it or fell silent; absent: none. */
  readonly deaths?: number;
}

/** How an attempt ended without a result. */
export interface LostBy {
  readonly kind: FailureKind;
  /** The worker has said so itself; else the coordinator has taken the lease back. */
  readonly reported?: true;
}

const isDeath = ({ kind, reported }: LostBy): boolean => kind === 'infrastructure' && !reported;

/** @param before this failure. */
export function mayRetry(
  lost: LostBy,
  { strikes, struck = {}, deaths = 0 }: Strikes,
  { maxAttempts, retries = {} }: { readonly maxAttempts: number; readonly retries?: Retries },
): boolean {
  const own = retries[lost.kind];
  if (own !== undefined) return (struck[lost.kind] ?? 0) < own;
  if (isDeath(lost)) return deaths + 1 < MAX_DEATHS;
  const rule = RETRY_RULES[lost.kind];
  return rule.retry && strikes + (rule.strike ? 1 : 0) < maxAttempts;
}

export function strikesAfter(lost: LostBy, before: Strikes, retries: Retries = {}): Strikes {
  const { strikes, struck, deaths } = before;
  const kept = { ...(struck === undefined ? {} : { struck }), ...(deaths === undefined ? {} : { deaths }) };
  const { kind } = lost;
  if (retries[kind] !== undefined)
    return { strikes, ...kept, struck: { ...struck, [kind]: (struck?.[kind] ?? 0) + 1 } };
  if (isDeath(lost)) return { strikes, ...kept, deaths: (deaths ?? 0) + 1 };
  return { strikes: strikes + (RETRY_RULES[kind].strike ? 1 : 0), ...kept };
}
