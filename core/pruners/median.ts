import type { Score, Verdict } from './early-stopping.ts';

/**
 * The median stopping rule (Golovin, Solnik, Moitra, Kochanski, Karro & Sculley, "Google Vizier", KDD 2017, §3.2.1): after epoch s a
 * trial is stopped when its best value so far is worse than the median of the others' averages over the epochs up to s.
 */
export interface MedianOptions {
  readonly rule: 'median';
  readonly metric: string;
  readonly goal: 'min' | 'max';
  /** Training epochs before a trial may be stopped. */
  readonly grace: number;
  /** Others that have to have come as far. */
  readonly minTrials: number;
}

export function medianVerdict(
  { metric, goal, grace, minTrials }: MedianOptions,
  own: readonly Score[],
  others: readonly (readonly Score[])[],
): Verdict {
  const { trainEpoch } = own.at(-1) as Score;
  if (trainEpoch < grace) return { stop: false };
  const averages = others
    .map((scores) => scores.filter((score) => score.trainEpoch <= trainEpoch))
    .filter((scores) => scores.at(-1)?.trainEpoch === trainEpoch)
    .map((scores) => scores.reduce((total, { value }) => total + value, 0) / scores.length);
  if (averages.length < minTrials) return { stop: false };
  const values = own.map(({ value }) => value);
  const best = goal === 'min' ? Math.min(...values) : Math.max(...values);
  const median = medianOf(averages);
  if (goal === 'min' ? best <= median : best >= median) return { stop: false };
  return {
    stop: true,
    reason: `after epoch ${trainEpoch} the best ${metric} ${best} is worse than ${Number(median.toPrecision(6))}, the median of ${averages.length} others' averages`,
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
