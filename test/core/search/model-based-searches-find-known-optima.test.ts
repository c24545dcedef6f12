import { describe, expect, it } from 'vitest';
import { uniform } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import { cholesky, logDeterminant, solveLower, solveUpper, triangle } from '../../../core/search/cholesky.ts';
import { afterGeneration, defaultPopulation, samplePoint, startCma } from '../../../core/search/cma-es.ts';
import { createSurrogate, expectedImprovement } from '../../../core/search/expected-improvement.ts';
import { conditionOn, createLikelihood, fitScales, matern52 } from '../../../core/search/gaussian-process.ts';
import type { Dimension, Observation } from '../../../core/search/observation.ts';
import { branin, hartmann6, rosenbrock, sphere } from '../../support/test-functions.ts';

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

const random = (seed: number, n: number, i: number): number[] => {
  const own = createStream(seed, 'startup').at(i);
  return Array.from({ length: n }, () => own.uint32() / 2 ** 32);
};

function minimiseByGp(f: (p: readonly number[]) => number, n: number, trials: number, seed: number): number {
  const observations: Observation[] = [];
  const dimensions: Dimension[] = Array.from({ length: n }, () => ({}));
  for (let i = 0; i < trials; i++) {
    const point =
      i < 8
        ? random(seed, n, i)
        : createSurrogate(dimensions, observations, createStream(seed, 'gp-fit').at(i)).suggest(
            [],
            createStream(seed, 'gp').at(i),
          );
    observations.push({ point, loss: f(point) });
  }
  return Math.min(...observations.map(({ loss }) => loss));
}

function minimiseByCma(f: (p: readonly number[]) => number, n: number, generations: number, seed: number): number {
  let state = startCma(n);
  let best = Number.POSITIVE_INFINITY;
  const lambda = defaultPopulation(n);
  for (let g = 0; g < generations; g++) {
    const stream = createStream(seed, 'cma', g);
    const points = Array.from({ length: lambda }, (_, i) => samplePoint(state, stream.at(i)));
    const ranked = points.map((point) => ({ point, loss: f(point) })).sort((a, b) => a.loss - b.loss);
    best = Math.min(best, ranked[0]?.loss ?? best);
    state = afterGeneration(
      state,
      ranked.map(({ point }) => point),
    );
  }
  return best;
}

describe('the Cholesky factor', () => {
  it('gives back its matrix, solves with it, and has its determinant', () => {
    const a = triangle(3, (i, j) => [[4], [2, 5], [0.4, 1, 3]][i]?.[j] ?? 0);
    const l = cholesky(a, 3);
    if (l === undefined) throw new Error('Expected a factor.');
    const x = solveUpper(l, solveLower(l, [1, 2, 3]));
    const at = (i: number, j: number) => a[(Math.max(i, j) * (Math.max(i, j) + 1)) / 2 + Math.min(i, j)] as number;
    for (const [i, b] of [1, 2, 3].entries())
      expect(x.reduce((sum, value, j) => sum + at(i, j) * value, 0)).toBeCloseTo(b, 12);
    // By Sarrus' rule.
    expect(Math.exp(logDeterminant(l, 3))).toBeCloseTo(4 * 5 * 3 + 2 * (2 * 1 * 0.4) - 0.4 * 5 * 0.4 - 4 - 4 * 3, 10);
    expect(
      cholesky(
        triangle(2, () => 1),
        2,
      ),
    ).toBeUndefined();
  });
});

/** Of the normal distribution with mean 0, by Gaussian elimination. */
function logDensity(covariance: readonly (readonly number[])[], values: readonly number[]): number {
  const rows = covariance.map((row, i) => [...row, values[i] as number]);
  const n = rows.length;
  let logDet = 0;
  for (let i = 0; i < n; i++) {
    const pivot = rows[i] as number[];
    logDet += Math.log(pivot[i] as number);
    for (const other of rows.slice(i + 1)) {
      const factor = (other[i] as number) / (pivot[i] as number);
      for (let k = i; k <= n; k++) other[k] = (other[k] as number) - factor * (pivot[k] as number);
    }
  }
  const solution: number[] = [];
  for (let i = n - 1; i >= 0; i--) {
    const row = rows[i] as number[];
    const known = solution.reduce((sum, x, k) => sum + x * (row[n - 1 - k] as number), 0);
    solution.push(((row[n] as number) - known) / (row[i] as number));
  }
  const fit = values.reduce((sum, value, i) => sum + value * (solution[n - 1 - i] as number), 0);
  return -(fit + logDet + n * Math.log(2 * Math.PI)) / 2;
}

describe('a Gaussian process', () => {
  it('passes through what was measured without noise, and knows nothing far away', () => {
    const scales = { lengths: [0.2], signal: 1, noise: 1e-8 };
    const process = conditionOn([[0.1], [0.3], [0.6]], [1, -1, 0.5], scales);
    expect(process.predict([0.3]).mean).toBeCloseTo(-1, 4);
    expect(process.predict([0.3]).deviation).toBeLessThan(1e-3);
    expect(process.predict([9]).mean).toBeCloseTo(0, 6);
    expect(process.predict([9]).deviation).toBeCloseTo(1, 6);
  });

  it('has the covariance of Rasmussen & Williams, eq. 4.17', () => {
    const r = 0.7;
    const expected = (1 + Math.sqrt(5) * r + (5 * r * r) / 3) * Math.exp(-Math.sqrt(5) * r);
    expect(matern52([0, 3], [0.35, 3], { lengths: [0.5, 1], signal: 2, noise: 0 })).toBeCloseTo(2 * expected, 12);
  });

  it('has the marginal likelihood of eq. 2.30, whichever scales were asked for before', () => {
    const points = Array.from({ length: 9 }, (_, i) => random(1, 3, i));
    const values = points.map(([x = 0, y = 0]) => Math.sin(6 * x) + y);
    const likelihood = createLikelihood(points, values);
    const stream = createStream(5, 'logs');
    let logs = [-0.5, 0.2, 0.1, 0, -4];
    for (let i = 0; i < 60; i++) {
      const tried = logs.map((log) => (uniform(stream) < 0.4 ? log + uniform(stream) - 0.5 : log));
      const scales = {
        lengths: tried.slice(0, 3).map(Math.exp),
        signal: Math.exp(tried[3] as number),
        noise: Math.exp(tried[4] as number),
      };
      const covariance = points.map((a, k) =>
        points.map((b, m) => matern52(a, b, scales) + (k === m ? scales.noise + 1e-8 : 0)),
      );
      expect(likelihood.at(tried)).toBeCloseTo(logDensity(covariance, values), 6);
      if (uniform(stream) < 0.5) continue;
      likelihood.keep();
      logs = tried;
    }
  });

  it('finds which dimension matters', () => {
    const points = Array.from({ length: 30 }, (_, i) => random(1, 2, i));
    const { lengths } = fitScales(
      points,
      points.map(([x = 0]) => Math.sin(6 * x)),
      createStream(1, 'fit'),
    );
    expect(lengths[1]).toBeGreaterThan(2 * (lengths[0] as number));
  });

  it('expects improvement as Jones et al. 1998, eq. 15', () => {
    const process = { predict: () => ({ mean: 1, deviation: 2 }) };
    // By numerical integration of max(0, 0.5 - f) over N(1, 2).
    let integral = 0;
    for (let f = -15; f < 0.5; f += 1e-3)
      integral += 1e-3 * (0.5 - f) * (Math.exp(-((f - 1) ** 2) / 8) / Math.sqrt(8 * Math.PI));
    expect(expectedImprovement(process, [], 0.5)).toBeCloseTo(integral, 3);
  });
});

describe('Gaussian-process expected improvement', () => {
  const seeds = [1, 2, 3, 4, 5];

  it('comes within 0.05 of the minimum of Branin in 40 evaluations', () => {
    expect(median(seeds.map((seed) => minimiseByGp(branin, 2, 40, seed) - 0.397887))).toBeLessThan(0.05);
  });

  it('comes closer to the minimum of Hartmann 6 in 60 evaluations than random search in 600', () => {
    const gp = median([1, 2, 3].map((seed) => minimiseByGp(hartmann6, 6, 60, seed)));
    const byChance = median(
      [1, 2, 3].map((seed) => Math.min(...Array.from({ length: 600 }, (_, i) => hartmann6(random(seed, 6, i))))),
    );
    expect(gp).toBeLessThan(byChance);
    expect(gp).toBeLessThan(-2.8);
  });

  it('is a function of its seed, of choices too, of failures, and of points under way', () => {
    const dimensions = [{}, { choices: 3 }];
    const observations = Array.from({ length: 12 }, (_, i): Observation => {
      const point = [i / 12, ((i % 3) + 0.5) / 3];
      return { point, loss: i % 3 === 1 ? (i / 12 - 0.5) ** 2 : i % 4 === 0 ? Number.POSITIVE_INFINITY : 1 };
    });
    const suggest = (underWay: readonly (readonly number[])[]) =>
      createSurrogate(dimensions, observations, createStream(3, 'fit')).suggest(underWay, createStream(3, 'x'));
    const first = suggest([]);
    expect(suggest([])).toEqual(first);
    expect(first[1]).toBeCloseTo(0.5, 12);
    expect(suggest([first])).not.toEqual(first);
  });
});

describe('CMA-ES', () => {
  it('has the populations of the tutorial', () => {
    expect([1, 2, 5, 10, 20].map(defaultPopulation)).toEqual([4, 6, 8, 10, 12]);
  });

  it.each([
    ['the sphere in 5 dimensions', sphere, 5, 60, 1e-4],
    ['Rosenbrock in 4 dimensions', rosenbrock, 4, 220, 1e-4],
    ['Branin', (p: readonly number[]) => branin(p) - 0.397887, 2, 40, 1e-3],
  ] as const)('reaches the minimum of %s', (_, f, n, generations, within) => {
    expect(median([1, 2, 3, 4, 5].map((seed) => minimiseByCma(f, n, generations, seed)))).toBeLessThan(within);
  });

  it('stays in the cube, also where the minimum is in a corner', () => {
    const corner = (p: readonly number[]) => p.reduce((sum, u) => sum + u, 0);
    expect(minimiseByCma(corner, 3, 40, 1)).toBeLessThan(0.01);
    const state = { ...startCma(2), mean: [0, 1] };
    for (let i = 0; i < 50; i++)
      for (const u of samplePoint(state, createStream(1, 'x').at(i))) expect(u >= 0 && u < 1).toBe(true);
  });
});
