/**
 * Which levels of which factors belong together. Plain JSON: part of a stored study. A study without a space is the product of
 * its factors, each with all its levels.
 */
export type Space =
  | FactorLeaf
  /** Every combination, the last part varying fastest. */
  | { readonly kind: 'product'; readonly of: readonly Space[] }
  /** The parts go in step: the i-th of one with the i-th of each other. */
  | { readonly kind: 'zip'; readonly of: readonly Space[] }
  /** One part after the other; what two of them share is there once. A factor that a part does not have is absent in it. */
  | { readonly kind: 'union'; readonly of: readonly Space[] };

/** One factor at some of its levels. */
export interface FactorLeaf {
  readonly kind: 'factor';
  readonly factor: string;
  /** Digits of the levels: a run, or one by one. */
  readonly digits: { readonly from: number; readonly count: number } | readonly number[];
  /** A constraint over earlier factors. Where it is false the factor is absent, and the configuration is there once. */
  readonly when?: string;
}

/** The digit of a factor that a configuration does not have. */
export const ABSENT = -1;

/** How an absent factor is written in tables. */
export const ABSENT_LABEL = '–';

export function leafLength({ digits }: FactorLeaf): number {
  return 'count' in digits ? digits.count : digits.length;
}

/** @param position in [0, leafLength(leaf)). */
export function leafDigit({ digits }: FactorLeaf, position: number): number {
  return 'count' in digits ? digits.from + position : (digits[position] as number);
}
