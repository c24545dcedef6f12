import { normal, uniform } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import { cholesky, logDeterminant, solveLower, solveUpper, triangle } from './cholesky.ts';

/** Hyperparameters of the kernel; all positive. */
export interface KernelScales {
  /** One length for each dimension (automatic relevance determination). */
  readonly lengths: readonly number[];
  /** Variance of the function and of the noise; values are standardised. */
  readonly signal: number;
  readonly noise: number;
}

/** One row for each observation, all of one length. */
type Points = readonly (readonly number[])[];

export interface GaussianProcess {
  /** Of the function without noise, in standardised values. */
  predict(point: readonly number[]): { readonly mean: number; readonly deviation: number };
}

/**
 * Matérn covariance with ν = 5/2 and one length a dimension (Snoek, Larochelle & Adams, "Practical Bayesian optimization of machine
 * learning algorithms", NIPS 2012, eq. 5; Rasmussen & Williams 2006, eq. 4.17).
 */
export function matern52(a: readonly number[], b: readonly number[], { lengths, signal }: KernelScales): number {
  let squared = 0;
  for (let d = 0; d < lengths.length; d++) {
    const difference = ((a[d] as number) - (b[d] as number)) / (lengths[d] as number);
    squared += difference * difference;
  }
  const r = Math.sqrt(5 * squared);
  return signal * (1 + r + (5 * squared) / 3) * Math.exp(-r);
}

/** Logarithms between which scales are searched, and where a search begins. */
const LOG_LENGTH = { low: Math.log(0.05), high: Math.log(3), start: Math.log(0.5) };
const LOG_SIGNAL = { low: Math.log(0.1), high: Math.log(10), start: 0 };
const LOG_NOISE = { low: Math.log(1e-6), high: Math.log(0.5), start: Math.log(1e-3) };

/**
 * The scales of the largest marginal likelihood under weak log-normal priors (so that few observations decide little), found by a
 * seeded coordinate search.
 * @param points of the unit cube. @param values standardised, one for each point.
 */
export function fitScales(points: Points, values: readonly number[], stream: RandomStream): KernelScales {
  const bounds = [...(points[0] ?? []).map(() => LOG_LENGTH), LOG_SIGNAL, LOG_NOISE];
  const scalesOf = (logs: readonly number[]): KernelScales => ({
    lengths: logs.slice(0, -2).map(Math.exp),
    signal: Math.exp(logs.at(-2) as number),
    noise: Math.exp(logs.at(-1) as number),
  });
  const score = (logs: readonly number[]): number => {
    const posterior = condition(points, values, scalesOf(logs));
    if (posterior === undefined) return Number.NEGATIVE_INFINITY;
    const prior = logs.reduce((sum, log, i) => sum - ((log - (bounds[i]?.start ?? 0)) / PRIOR_WIDTH) ** 2 / 2, 0);
    return posterior.logLikelihood + prior;
  };
  const starts = points.length <= FEW ? 2 : 1;
  return scalesOf(searchCoordinates(bounds, score, starts, stream));
}

/** The posterior given values at points. @throws Error when the covariance is not positive definite, which the noise prevents. */
export function conditionOn(points: Points, values: readonly number[], scales: KernelScales): GaussianProcess {
  const posterior = condition(points, values, scales);
  if (posterior === undefined) throw new Error('Expected a covariance that is positive definite, got none.');
  const { l, weights } = posterior;
  return {
    predict(point) {
      const covariance = points.map((other) => matern52(point, other, scales));
      const mean = covariance.reduce((sum, k, i) => sum + k * (weights[i] as number), 0);
      const explained = solveLower(l, covariance).reduce((sum, v) => sum + v * v, 0);
      return { mean, deviation: Math.sqrt(Math.max(1e-12, scales.signal - explained)) };
    },
  };
}

/** Up to so many points a second search begins elsewhere. */
const FEW = 30;
/** Of the priors, in logarithms: a factor of e^1.5 is one standard deviation. */
const PRIOR_WIDTH = 1.5;
const ROUNDS = 2;
const STEPS = [1, 0.4, 0.15];

/** Pattern search along each coordinate with shrinking steps, from the middle and from seeded points. */
function searchCoordinates(
  bounds: readonly { readonly low: number; readonly high: number; readonly start: number }[],
  score: (logs: readonly number[]) => number,
  starts: number,
  stream: RandomStream,
): readonly number[] {
  let best: { logs: number[]; score: number } | undefined;
  for (let start = 0; start < starts; start++) {
    let logs = bounds.map(({ low, high, start: middle }) =>
      start === 0 ? middle : Math.min(high, Math.max(low, middle + normal(stream))),
    );
    let own = score(logs);
    for (const step of STEPS) {
      for (let round = 0; round < ROUNDS; round++) {
        let moved = false;
        for (const [d, { low, high }] of bounds.entries()) {
          for (const sign of uniform(stream) < 0.5 ? [1, -1] : [-1, 1]) {
            const tried = logs.map((log, i) => (i === d ? Math.min(high, Math.max(low, log + sign * step)) : log));
            const reached = score(tried);
            if (reached <= own) continue;
            [logs, own, moved] = [tried, reached, true];
            break;
          }
        }
        if (!moved) break;
      }
    }
    if (best === undefined || own > best.score) best = { logs, score: own };
  }
  return best?.logs ?? [];
}

/** Rasmussen & Williams 2006, algorithm 2.1. */
function condition(points: Points, values: readonly number[], scales: KernelScales) {
  const n = points.length;
  const covariance = triangle(n, (i, j) => {
    const k = matern52(points[i] as number[], points[j] as number[], scales);
    return i === j ? k + scales.noise + 1e-8 : k;
  });
  const l = cholesky(covariance, n);
  if (l === undefined) return undefined;
  const weights = solveUpper(l, solveLower(l, values));
  const fit = values.reduce((sum, value, i) => sum + value * (weights[i] as number), 0);
  return { l, weights, logLikelihood: -(fit + logDeterminant(l, n) + n * Math.log(2 * Math.PI)) / 2 };
}
