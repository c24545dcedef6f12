import { normal } from '../random/distributions.ts';
import type { RandomStream } from '../random/stream.ts';
import { cholesky, solveLower, type Triangle, triangle } from './cholesky.ts';

/**
 * Covariance matrix adaptation evolution strategy: Hansen, "The CMA evolution strategy: a tutorial", arXiv 1604.00772, 2016, with its
 * default parameters (table 1) and positive weights only. The square root of C is its Cholesky factor (Suttorp, Hansen & Igel 2009).
 * The search space is the unit cube.
 */
export interface CmaState {
  readonly mean: readonly number[];
  readonly sigma: number;
  readonly covariance: Triangle;
  /** Evolution paths of the step size and of the covariance. */
  readonly pathSigma: readonly number[];
  readonly pathCovariance: readonly number[];
  readonly generation: number;
}

/** A step of 0.3 reaches from the middle to both ends of each dimension. */
const START_SIGMA = 0.3;
const SMALLEST_SIGMA = 1e-9;
/** Draws of one point before it is cut off at the walls of the cube. */
const MAX_DRAWS = 50;
const LARGEST = 1 - 2 ** -24;

/** λ for n dimensions (eq. 48). */
export const defaultPopulation = (n: number): number => 4 + Math.floor(3 * Math.log(n));

export function startCma(n: number): CmaState {
  const zeros = Array<number>(n).fill(0);
  return {
    mean: Array<number>(n).fill(0.5),
    sigma: START_SIGMA,
    covariance: triangle(n, (i, j) => (i === j ? 1 : 0)),
    pathSigma: zeros,
    pathCovariance: zeros,
    generation: 0,
  };
}

/** A point of the next generation, inside the cube (eq. 38–40). */
export function samplePoint({ mean, sigma, covariance }: CmaState, stream: RandomStream): number[] {
  const n = mean.length;
  const a = rootOf(covariance, n);
  let point: number[] = [];
  for (let draw = 0; draw < MAX_DRAWS; draw++) {
    const z = mean.map(() => normal(stream));
    point = mean.map((m, i) => {
      let y = 0;
      for (let k = 0; k <= i; k++) y += (a[(i * (i + 1)) / 2 + k] as number) * (z[k] as number);
      return m + sigma * y;
    });
    if (point.every((x) => x >= 0 && x <= LARGEST)) return point;
  }
  return point.map((x) => Math.min(LARGEST, Math.max(0, x)));
}

/** The distribution after a generation. @param ranked its points, the best first; at least two. */
export function afterGeneration(state: CmaState, ranked: readonly (readonly number[])[]): CmaState {
  const { mean, sigma, covariance, generation } = state;
  const n = mean.length;
  const { weights, mueff, cSigma, dSigma, cC, c1, cMu, expectedNorm } = parametersFor(n, ranked.length);
  const steps = ranked.slice(0, weights.length).map((point) => point.map((x, i) => (x - (mean[i] as number)) / sigma));
  const step = mean.map((_, i) => steps.reduce((sum, y, k) => sum + (weights[k] as number) * (y[i] as number), 0));

  const whitened = solveLower(rootOf(covariance, n), step);
  const pathSigma = state.pathSigma.map(
    (p, i) => (1 - cSigma) * p + Math.sqrt(cSigma * (2 - cSigma) * mueff) * (whitened[i] as number),
  );
  const norm = Math.hypot(...pathSigma);
  const nextSigma = sigma * Math.exp((cSigma / dSigma) * (norm / expectedNorm - 1));
  // The path of the covariance stands still while the step size grows fast (eq. 45).
  const stalled = norm / Math.sqrt(1 - (1 - cSigma) ** (2 * (generation + 1))) >= (1.4 + 2 / (n + 1)) * expectedNorm;
  const h = stalled ? 0 : 1;
  const pathCovariance = state.pathCovariance.map(
    (p, i) => (1 - cC) * p + h * Math.sqrt(cC * (2 - cC) * mueff) * (step[i] as number),
  );
  const kept = 1 - c1 - cMu + (1 - h) * c1 * cC * (2 - cC);
  const next = triangle(n, (i, j) => {
    const rankOne = (pathCovariance[i] as number) * (pathCovariance[j] as number);
    const rankMu = steps.reduce((sum, y, k) => sum + (weights[k] as number) * (y[i] as number) * (y[j] as number), 0);
    return kept * (covariance[(i * (i + 1)) / 2 + j] as number) + c1 * rankOne + cMu * rankMu;
  });
  return {
    mean: mean.map((m, i) => m + sigma * (step[i] as number)),
    sigma: Math.min(1, Math.max(SMALLEST_SIGMA, nextSigma)),
    covariance: next,
    pathSigma,
    pathCovariance,
    generation: generation + 1,
  };
}

/** Table 1. */
function parametersFor(n: number, lambda: number) {
  const mu = Math.max(1, Math.floor(lambda / 2));
  const raw = Array.from({ length: mu }, (_, i) => Math.log((lambda + 1) / 2) - Math.log(i + 1));
  const sum = raw.reduce((a, b) => a + b, 0);
  const weights = raw.map((w) => w / sum);
  const mueff = 1 / weights.reduce((total, w) => total + w * w, 0);
  const cSigma = (mueff + 2) / (n + mueff + 5);
  const c1 = 2 / ((n + 1.3) ** 2 + mueff);
  return {
    weights,
    mueff,
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((mueff - 1) / (n + 1)) - 1) + cSigma,
    cC: (4 + mueff / n) / (n + 4 + (2 * mueff) / n),
    c1,
    cMu: Math.min(1 - c1, (2 * (0.25 + mueff + 1 / mueff - 2)) / ((n + 2) ** 2 + mueff)),
    expectedNorm: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

/** Rounding may leave C a little short of positive definite: then a little of the identity is added. */
function rootOf(covariance: Triangle, n: number): Triangle {
  for (let jitter = 0; ; jitter = jitter === 0 ? 1e-12 : jitter * 100) {
    const mended =
      jitter === 0
        ? covariance
        : triangle(n, (i, j) => (covariance[(i * (i + 1)) / 2 + j] as number) + (i === j ? jitter : 0));
    const root = cholesky(mended, n);
    if (root !== undefined) return root;
  }
}
