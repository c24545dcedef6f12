/** Summary of the committed values of one metric in one row. Absent fields are not measurable at this n, or overflow a double. */
export interface Aggregate {
  readonly n: number;
  readonly mean?: number;
  /** Sample standard deviation, divisor n − 1; absent below n = 2. */
  readonly std?: number;
  readonly min?: number;
  readonly max?: number;
}

/** One pass with Welford's update (Knuth, TAOCP vol. 2, §4.2.2), stable for values far from zero. */
export function aggregate(values: Iterable<number>): Aggregate {
  let n = 0;
  let mean = 0;
  let squares = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    n++;
    const delta = value - mean;
    mean += delta / n;
    squares += delta * (value - mean);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (n === 0) return { n };
  const std = Math.sqrt(squares / (n - 1));
  return { n, ...(Number.isFinite(mean) ? { mean } : {}), min, max, ...(n > 1 && Number.isFinite(std) ? { std } : {}) };
}
