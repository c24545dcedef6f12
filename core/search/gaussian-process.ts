import { normal, uniform } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import { cholesky, logDeterminant, solveLower, solveUpper, type Triangle, triangle } from './cholesky.ts';

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
  return signal * correlation(squared);
}

/** @param squared distance, in lengths. */
function correlation(squared: number): number {
  const r = Math.sqrt(5 * squared);
  return (1 + r + (5 * squared) / 3) * Math.exp(-r);
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
  const chosen = subsetOf(points.length);
  const likelihood = createLikelihood(
    chosen.map((i) => points[i] as readonly number[]),
    chosen.map((i) => values[i] as number),
  );
  const scoreOf = (logs: readonly number[]): number => {
    const prior = logs.reduce((sum, log, i) => sum - ((log - (bounds[i]?.start ?? 0)) / PRIOR_WIDTH) ** 2 / 2, 0);
    return likelihood.at(logs) + prior;
  };
  const starts = points.length <= FEW ? 2 : 1;
  const logs = searchCoordinates(bounds, { scoreOf, keep: likelihood.keep }, starts, stream);
  return {
    lengths: logs.slice(0, -2).map(Math.exp),
    signal: Math.exp(logs.at(-2) as number),
    noise: Math.exp(logs.at(-1) as number),
  };
}

/** Points by which scales are fitted: each step of the search costs the cube of them. */
const MAX_FITTED = 64;

/** A subset of the data decides the scales of all of it (Rasmussen & Williams 2006, §8.3.3); evenly among them. */
function subsetOf(count: number): readonly number[] {
  const size = Math.min(count, MAX_FITTED);
  return Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

/** The logarithm of the marginal likelihood of values at points, by the logarithms of lengths, signal and noise. */
export interface Likelihood {
  /** −∞ where the covariance is not positive definite. One that differs from the kept ones in one length is found soonest. */
  at(logs: readonly number[]): number;
  /** The search goes on from what was asked last. */
  keep(): void;
}

export function createLikelihood(points: Points, values: readonly number[]): Likelihood {
  const n = points.length;
  const dimensions = points[0]?.length ?? 0;
  const squares = Array.from({ length: dimensions }, (_, d) =>
    triangle(n, (i, j) => (((points[i] as number[])[d] as number) - ((points[j] as number[])[d] as number)) ** 2),
  );
  const weightOf = (log: number): number => Math.exp(-2 * log);
  const blank = { logs: [] as readonly number[], distances: triangle(n, () => 0), correlations: triangle(n, () => 0) };
  let kept = blank;
  let asked = blank;

  /** Squared distances in lengths, from those of `kept`. */
  function distancesAt(logs: readonly number[]): Triangle {
    const distances = kept.logs.length === 0 ? triangle(n, () => 0) : kept.distances.slice();
    for (let d = 0; d < dimensions; d++) {
      const change = weightOf(logs[d] as number) - (kept.logs.length === 0 ? 0 : weightOf(kept.logs[d] as number));
      if (change === 0) continue;
      const square = squares[d] as Triangle;
      for (let k = 0; k < distances.length; k++)
        distances[k] = Math.max(0, (distances[k] as number) + change * (square[k] as number));
    }
    return distances;
  }

  return {
    at(logs) {
      const sameLengths = kept.logs.length > 0 && logs.slice(0, -2).every((log, d) => log === kept.logs[d]);
      const distances = sameLengths ? kept.distances : distancesAt(logs);
      asked = { logs, distances, correlations: sameLengths ? kept.correlations : distances.map(correlation) };
      const [signal, noise] = [Math.exp(logs.at(-2) as number), Math.exp(logs.at(-1) as number)];
      const covariance = asked.correlations.map((value) => signal * value);
      for (let i = 0, k = 0; i < n; k += ++i + 1) covariance[k] = (covariance[k] as number) + noise + JITTER;
      return posteriorOf(covariance, values)?.logLikelihood ?? Number.NEGATIVE_INFINITY;
    },
    keep() {
      kept = asked;
    },
  };
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
  { scoreOf, keep }: { scoreOf(logs: readonly number[]): number; keep(): void },
  starts: number,
  stream: RandomStream,
): readonly number[] {
  let best: { logs: number[]; score: number } | undefined;
  for (let start = 0; start < starts; start++) {
    let logs = bounds.map(({ low, high, start: middle }) =>
      start === 0 ? middle : Math.min(high, Math.max(low, middle + normal(stream))),
    );
    let own = scoreOf(logs);
    keep();
    for (const step of STEPS) {
      for (let round = 0; round < ROUNDS; round++) {
        let moved = false;
        for (const [d, { low, high }] of bounds.entries()) {
          for (const sign of uniform(stream) < 0.5 ? [1, -1] : [-1, 1]) {
            const tried = logs.map((log, i) => (i === d ? Math.min(high, Math.max(low, log + sign * step)) : log));
            const reached = scoreOf(tried);
            if (reached <= own) continue;
            keep();
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

function condition(points: Points, values: readonly number[], scales: KernelScales) {
  const covariance = triangle(points.length, (i, j) => {
    const k = matern52(points[i] as number[], points[j] as number[], scales);
    return i === j ? k + scales.noise + JITTER : k;
  });
  return posteriorOf(covariance, values);
}

/** Added to the diagonal, so that equal points with little noise do no harm. */
const JITTER = 1e-8;

/** Rasmussen & Williams 2006, algorithm 2.1. @returns undefined when the covariance is not positive definite. */
function posteriorOf(covariance: Triangle, values: readonly number[]) {
  const n = values.length;
  const l = cholesky(covariance, n);
  if (l === undefined) return undefined;
  const weights = solveUpper(l, solveLower(l, values));
  const fit = values.reduce((sum, value, i) => sum + value * (weights[i] as number), 0);
  return { l, weights, logLikelihood: -(fit + logDeterminant(l, n) + n * Math.log(2 * Math.PI)) / 2 };
}
