/**
 * What a sampled factor is drawn from. Plain JSON. `uniform`: evenly over [low, high]; `log-uniform`: its logarithm is (low > 0).
 * `integer` gives each whole number from low to high an equal share of the scale; `quantum` rounds to low + k · quantum.
 */
export interface Distribution {
  readonly scale: 'uniform' | 'log-uniform';
  readonly low: number;
  readonly high: number;
  readonly integer?: true;
  readonly quantum?: number;
}

/** Digits that a drawn number keeps: enough to be distinct, few enough to be read and stored. */
const SIGNIFICANT_DIGITS = 6;

/** The value below which a share `u` of the distribution lies, rounded as it asks. @param u in [0, 1). */
export function quantile(distribution: Distribution, u: number): number {
  const { scale, low, high, integer, quantum } = distribution;
  const [from, to] = ends(distribution);
  const value = scale === 'log-uniform' ? from * (to / from) ** u : from + (to - from) * u;
  if (integer) return clamp(Math.round(value), low, high);
  if (quantum) return clamp(Number((low + Math.round((value - low) / quantum) * quantum).toPrecision(12)), low, high);
  return clamp(Number(value.toPrecision(SIGNIFICANT_DIGITS)), low, high);
}

/** Where a value lies in the distribution, the inverse of `quantile` up to rounding. @returns in [0, 1]. */
export function shareBelow(distribution: Distribution, value: number): number {
  const [from, to] = ends(distribution);
  if (from === to) return 0.5;
  const log = distribution.scale === 'log-uniform';
  const at = log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  return clamp(at, 0, 1);
}

/** Each whole number, and each step of a quantum, owns the half unit around it: the ends are as likely as the rest. */
function ends({ low, high, integer, quantum }: Distribution): readonly [from: number, to: number] {
  const half = integer ? 0.5 : (quantum ?? 0) / 2;
  return [low - half, high + half];
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
