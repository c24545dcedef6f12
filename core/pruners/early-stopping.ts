import { type AshaOptions, ashaVerdict, isRung } from './asha.ts';
import { type MedianOptions, medianVerdict } from './median.ts';

/** When a running trial is stopped because others do better. Plain JSON: part of a stored study. */
export type EarlyStopping = AshaOptions | MedianOptions;

/** A value of the rule's metric after a training epoch. */
export interface Score {
  /** 1-based. */
  readonly trainEpoch: number;
  readonly value: number;
}

export type Verdict = { readonly stop: false } | { readonly stop: true; readonly reason: string };

/** Whether the rule wants to know the value after this training epoch. */
export function wantsScore(rule: EarlyStopping, gridIndex: number, trainEpoch: number): boolean {
  return rule.rule === 'median' || isRung(rule, gridIndex, trainEpoch);
}

/**
 * @param gridIndex of the trial, which decides its bracket. @param own scores of the trial in the order of their epochs, the last is new.
 * @param others scores of the other trials that it is compared with, by grid index: those of the same seed.
 */
export function verdictOf(
  rule: EarlyStopping,
  gridIndex: number,
  own: readonly Score[],
  others: ReadonlyMap<number, readonly Score[]>,
): Verdict {
  return rule.rule === 'median'
    ? medianVerdict(rule, own, [...others.values()])
    : ashaVerdict(rule, gridIndex, own, others);
}
