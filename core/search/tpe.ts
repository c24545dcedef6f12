import { uniform } from '../random/distributions.ts';
import { normalBelow } from '../random/normal-distribution.ts';
import { standardNormalQuantile } from '../random/normal-quantile.ts';
import type { RandomStream } from '../random/stream.ts';
import type { Dimension, Observation } from './observation.ts';

/**
 * Tree-structured Parzen estimator (Bergstra, Bardenet, Bengio & Kégl, "Algorithms for hyper-parameter optimization", NIPS 2011, §4).
 * The best ⌈γn⌉ of n observations are modelled by a density l, the others by g, each dimension by itself; of some draws from l the
 * one with the largest l/g is taken, which maximises expected improvement. The settings are those of Optuna's TPESampler: γ = 0.1
 * with at most 25 in l, 24 draws, a prior of the weight of one observation.
 */
const GAMMA = 0.1;
const MAX_BELOW = 25;
const DRAWS = 24;

/** How many of n observations are called good. */
export function goodCount(n: number): number {
  return Math.min(Math.ceil(GAMMA * n), MAX_BELOW);
}

/** @param observations at least one. @returns a point of the unit cube, every coordinate in [0, 1). */
export function suggestPoint(
  dimensions: readonly Dimension[],
  observations: readonly Observation[],
  stream: RandomStream,
): number[] {
  const sorted = [...observations].sort((a, b) => a.loss - b.loss);
  const good = sorted.slice(0, goodCount(sorted.length));
  const bad = sorted.slice(good.length);
  const coordinates = (from: readonly Observation[], d: number): number[] =>
    from.flatMap(({ point }) => (point[d] === undefined ? [] : [point[d] as number]));
  return dimensions.map(({ choices }, d) => {
    const [below, above] = [coordinates(good, d), coordinates(bad, d)];
    return choices === undefined ? suggestNumber(below, above, stream) : suggestChoice(choices, below, above, stream);
  });
}

function suggestNumber(below: readonly number[], above: readonly number[], stream: RandomStream): number {
  const [l, g] = [parzen(below), parzen(above)];
  let best = { at: 0, score: Number.NEGATIVE_INFINITY };
  for (let i = 0; i < DRAWS; i++) {
    const kernel = l[Math.floor(uniform(stream) * l.length)] as Kernel;
    const at = drawFrom(kernel, stream);
    const score = Math.log(density(l, at)) - Math.log(density(g, at));
    if (score > best.score) best = { at, score };
  }
  return Math.min(best.at, 1 - 2 ** -24);
}

/** The middle of the choice's share. */
function suggestChoice(
  choices: number,
  below: readonly number[],
  above: readonly number[],
  stream: RandomStream,
): number {
  const weights = (points: readonly number[]): number[] => {
    const counts = Array<number>(choices).fill(1 / choices);
    for (const point of points) {
      const choice = Math.min(choices - 1, Math.floor(point * choices));
      counts[choice] = (counts[choice] as number) + 1;
    }
    return counts.map((count) => count / (points.length + 1));
  };
  const [l, g] = [weights(below), weights(above)];
  let best = { choice: 0, score: Number.NEGATIVE_INFINITY };
  for (let i = 0; i < DRAWS; i++) {
    let rest = uniform(stream);
    let choice = 0;
    while (choice < choices - 1 && rest >= (l[choice] as number)) rest -= l[choice++] as number;
    const score = (l[choice] as number) / (g[choice] as number);
    if (score > best.score) best = { choice, score };
  }
  return (best.choice + 0.5) / choices;
}

/** A normal density cut off at 0 and 1. */
interface Kernel {
  readonly mean: number;
  readonly width: number;
}

/**
 * A kernel at each point, as wide as the larger distance to its neighbours (the ends of the interval count as such), no narrower
 * than 1/min(100, n + 1); and the prior, centred and as wide as the interval.
 */
function parzen(points: readonly number[]): readonly Kernel[] {
  const sorted = [...points].sort((a, b) => a - b);
  const narrowest = 1 / Math.min(100, sorted.length + 1);
  const kernels = sorted.map((mean, i) => {
    const left = mean - (sorted[i - 1] ?? 0);
    const right = (sorted[i + 1] ?? 1) - mean;
    return { mean, width: Math.min(1, Math.max(left, right, narrowest)) };
  });
  return [...kernels, { mean: 0.5, width: 1 }];
}

function density(kernels: readonly Kernel[], at: number): number {
  const total = kernels.reduce((sum, { mean, width }) => {
    const z = (at - mean) / width;
    const mass = normalBelow((1 - mean) / width) - normalBelow(-mean / width);
    return sum + Math.exp(-0.5 * z * z) / (width * mass);
  }, 0);
  return total / kernels.length;
}

/** By inversion, so that each draw takes one word. */
function drawFrom({ mean, width }: Kernel, stream: RandomStream): number {
  const [low, high] = [normalBelow(-mean / width), normalBelow((1 - mean) / width)];
  const share = low + (high - low) * uniform(stream);
  const z = standardNormalQuantile(Math.min(1 - 1e-10, Math.max(1e-10, share)));
  return Math.min(1, Math.max(0, mean + width * z));
}
