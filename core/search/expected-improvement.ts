import { normal, uniform } from '../random/distributions.ts';
import { normalBelow } from '../random/normal-distribution.ts';
import type { RandomStream } from '../random/stream.ts';
import { conditionOn, fitScales, type GaussianProcess, type KernelScales } from './gaussian-process.ts';
import type { Dimension, Observation } from './observation.ts';

/** Older observations are left out: the cost grows with the cube. The best ones stay. */
const MAX_OBSERVATIONS = 100;
/** Of more points under way the latest count. */
const MAX_UNDER_WAY = 50;
const RANDOM_CANDIDATES = 400;
const LOCAL_CANDIDATES = 100;
const LOCAL_WIDTHS = [0.1, 0.03, 0.01];

/** What was measured, as a Gaussian process whose scales are fitted: that is the dear part, so several suggestions share it. */
export interface Surrogate {
  /**
   * The point with the largest expected improvement over the best value so far.
   * @param underWay points without a loss yet.
   * @param asConfigured the point without the coordinates that its configuration does not have.
   * @returns a point of the unit cube, every coordinate in [0, 1).
   */
  suggest(
    underWay: readonly Observation['point'][],
    stream: RandomStream,
    asConfigured?: (point: readonly number[]) => Observation['point'],
  ): number[];
}

/**
 * A Gaussian process with a Matérn 5/2 kernel and one length a dimension, and expected improvement under it (Močkus 1975; Jones,
 * Schonlau & Welch 1998, eq. 15; Snoek, Larochelle & Adams 2012). Points that are under way count with the value that is predicted
 * there (Ginsbourger, Le Riche & Carraro 2010, "kriging believer"), so that slots do not run the same place at once. A choice is a
 * one-hot block; a factor that the configuration does not have is the middle of its dimension.
 * @param observations at least one with a finite loss.
 */
export function createSurrogate(
  dimensions: readonly Dimension[],
  observations: readonly Observation[],
  stream: RandomStream,
): Surrogate {
  const seen = latestAndBest(observations);
  const values = standardised(seen.map(({ loss }) => loss));
  const points = seen.map(({ point }) => embed(dimensions, point));
  const scales = fitScales(points, values, stream);
  const measured = conditionOn(points, values, scales);
  const fitted = { dimensions, seen, values, points, scales, measured };
  return { suggest: (underWay, own, asConfigured = (point) => point) => suggest(fitted, underWay, own, asConfigured) };
}

interface Fitted {
  readonly dimensions: readonly Dimension[];
  readonly seen: readonly Observation[];
  readonly values: readonly number[];
  readonly points: readonly (readonly number[])[];
  readonly scales: KernelScales;
  readonly measured: GaussianProcess;
}

function suggest(
  { dimensions, seen, values, points, scales, measured }: Fitted,
  underWay: readonly Observation['point'][],
  stream: RandomStream,
  asConfigured: (point: readonly number[]) => Observation['point'],
): number[] {
  const place = (point: Observation['point']): number[] => embed(dimensions, point);
  const there = underWay.slice(-MAX_UNDER_WAY).map(place);
  // Never better than what was measured: a belief is no incumbent.
  const best = Math.min(...values);
  const believed = there.map((point) => Math.max(best, measured.predict(point).mean));
  const process = there.length === 0 ? measured : conditionOn([...points, ...there], [...values, ...believed], scales);
  const improvement = (point: readonly number[]): number =>
    expectedImprovement(process, place(asConfigured(point)), best);

  const draw = (): number[] => dimensions.map((dimension) => snapped(dimension, uniform(stream)));
  let found = { point: draw(), value: Number.NEGATIVE_INFINITY };
  const consider = (point: number[]): void => {
    const value = improvement(point);
    if (value > found.value) found = { point, value };
  };
  for (let i = 0; i < RANDOM_CANDIDATES; i++) consider(draw());
  const incumbent = seen[values.indexOf(best)]?.point ?? [];
  const near = (centre: readonly (number | undefined)[], width: number): number[] =>
    dimensions.map((dimension, d) => {
      const from = centre[d] ?? 0.5;
      if (dimension.choices !== undefined) return uniform(stream) < 0.2 ? snapped(dimension, uniform(stream)) : from;
      return Math.min(LARGEST, Math.max(0, from + width * normal(stream)));
    });
  for (const width of LOCAL_WIDTHS) {
    const centre = found.point;
    for (let i = 0; i < LOCAL_CANDIDATES; i++) consider(near(i % 2 === 0 ? centre : incumbent, width));
  }
  return found.point;
}

const LARGEST = 1 - 2 ** -24;

/** E max(0, best − f) where f is normal: (best − μ) Φ(z) + σ φ(z), z = (best − μ) / σ. */
export function expectedImprovement(process: GaussianProcess, point: readonly number[], best: number): number {
  const { mean, deviation } = process.predict(point);
  const z = (best - mean) / deviation;
  return (best - mean) * normalBelow(z) + (deviation * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI);
}

const snapped = ({ choices }: Dimension, u: number): number =>
  choices === undefined ? u : (Math.min(choices - 1, Math.floor(u * choices)) + 0.5) / choices;

/** A choice as a block of its own: two choices are as far apart as any other two. */
function embed(dimensions: readonly Dimension[], point: readonly (number | undefined)[]): number[] {
  return dimensions.flatMap(({ choices }, d) => {
    const u = point[d];
    if (choices === undefined) return [u ?? 0.5];
    const chosen = u === undefined ? -1 : Math.min(choices - 1, Math.floor(u * choices));
    return Array.from({ length: choices }, (_, i) => (i === chosen ? Math.SQRT1_2 : 0));
  });
}

function latestAndBest(observations: readonly Observation[]): readonly Observation[] {
  if (observations.length <= MAX_OBSERVATIONS) return observations;
  const half = MAX_OBSERVATIONS / 2;
  const latest = observations.slice(-half);
  const earlier = observations.slice(0, -half).sort((a, b) => a.loss - b.loss);
  return [...earlier.slice(0, half), ...latest];
}

/** Mean 0 and variance 1; what failed counts as the worst that was measured. */
function standardised(losses: readonly number[]): number[] {
  const finite = losses.filter(Number.isFinite);
  const worst = Math.max(...finite);
  const values = losses.map((loss) => (Number.isFinite(loss) ? loss : worst));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) || 1;
  return values.map((value) => (value - mean) / deviation);
}
