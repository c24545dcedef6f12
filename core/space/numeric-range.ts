/**
 * `count` numbers from `from` to `to`, both included, evenly spaced (`linear`) or in constant ratio (`log`, both ends positive);
 * `integer` rounds each to the nearest whole number. Plain JSON: however many, a range is stored as its ends.
 */
export interface NumericRange {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly scale: 'linear' | 'log';
  readonly integer?: true;
}

/** Digits that a number keeps: fewer than a double has, so that 0.1 + 2 · 0.1 is 0.3 and a label can be read. */
const SIGNIFICANT_DIGITS = 12;

/** @param i integer in [0, range.count). */
export function rangeValue(range: NumericRange, i: number): number {
  const { from, to, count, scale, integer } = range;
  if (i === 0) return from;
  if (i === count - 1) return to;
  const share = i / (count - 1);
  if (scale === 'linear') {
    const value = from + (to - from) * share;
    return integer ? Math.round(value) : roundBelow(value, Math.max(Math.abs(from), Math.abs(to)));
  }
  const value = from * (to / from) ** share;
  return integer ? Math.round(value) : Number(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** Rounded at the same decimal place for the whole range: near zero the difference of two large numbers has no digits left. */
function roundBelow(value: number, largest: number): number {
  const decimals = SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(largest));
  return decimals >= 0 && decimals <= 100 ? Number(value.toFixed(decimals)) : value;
}

/** How many numbers `from`, `from + step`, … do not exceed `to`; a last one that misses it by rounding counts. */
export function countOfSteps(from: number, to: number, step: number): number {
  return Math.floor((to - from) / step + 1e-9) + 1;
}
