import type { HostTensor } from '../executor.ts';

/** How far one output is from what it should be. */
export interface OutputDifference {
  /** `state conv1/kernel`, `metric loss`. */
  readonly output: string;
  /** Largest difference over the largest element that it could have been taken from; see `relativeDifference`. */
  readonly relativeError: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** Rounding of one addition in float32, with room for a second. */
const ROUNDING = 2 ** -22;

/** The largest change of any element, `before` to `after`. */
export function largestChange(after: HostTensor, before: HostTensor | undefined): number {
  let change = 0;
  for (let index = 0; index < after.data.length; index++) {
    change = Math.max(change, Math.abs((after.data[index] as number) - (before?.data[index] ?? 0)));
  }
  return change;
}

/**
 * Largest difference over the largest expected *change*: an update is small beside its weight, so an error of a whole
 * gradient would vanish beside the weight itself. What rounding the weight alone explains is taken off first.
 * @param before what the entry was, zeros for a metric.
 * @param floor the smallest change that means something: a gradient whose terms cancel is all rounding.
 */
export function relativeDifference(
  actual: HostTensor | undefined,
  expected: HostTensor,
  before: HostTensor | undefined,
  floor = 0,
): number {
  if (actual?.data.length !== expected.data.length) return Number.POSITIVE_INFINITY;
  let [difference, magnitude] = [0, 0];
  for (let index = 0; index < expected.data.length; index++) {
    const value = expected.data[index] as number;
    const distance = Math.abs((actual.data[index] as number) - value);
    if (Number.isNaN(distance)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, distance);
    magnitude = Math.max(magnitude, Math.abs(value));
  }
  const unexplained = Math.max(0, difference - ROUNDING * magnitude);
  return unexplained === 0
    ? 0
    : unexplained / Math.max(largestChange(expected, before), floor, ROUNDING * magnitude, Number.MIN_VALUE);
}
