import { describe, expect, it } from 'vitest';
import { createStream } from '../../../core/random/stream.ts';
import type { Dimension, Observation } from '../../../core/search/observation.ts';
import { goodCount, suggestPoint } from '../../../core/search/tpe.ts';
import { branin } from '../../support/test-functions.ts';

function minimise(
  f: (point: readonly number[]) => number,
  dimensions: readonly Dimension[],
  trials: number,
  seed: number,
  startup: number,
): number {
  const observations: Observation[] = [];
  const start = createStream(seed, 'startup');
  for (let i = 0; i < trials; i++) {
    const own = start.at(i);
    const point =
      i < startup
        ? dimensions.map(() => own.uint32() / 2 ** 32)
        : suggestPoint(dimensions, observations, createStream(seed, 'tpe').at(i));
    observations.push({ point, loss: f(point) });
  }
  return Math.min(...observations.map(({ loss }) => loss));
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

describe('TPE', () => {
  it.each([
    [1, 1],
    [10, 1],
    [11, 2],
    [100, 10],
    [1000, 25],
  ])('of %i observations calls %i good', (n, good) => {
    expect(goodCount(n)).toBe(good);
  });

  it.each([
    ['Branin', branin, 0.397887, 2],
    ['a bowl in four dimensions', (p: readonly number[]) => p.reduce((sum, u) => sum + (u - 0.3) ** 2, 0), 0, 4],
  ] as const)('comes closer to the minimum of %s than random search with as many trials', (_, f, minimum, size) => {
    const dimensions = Array.from({ length: size }, () => ({}));
    const seeds = Array.from({ length: 11 }, (_, i) => i);
    const tpe = median(seeds.map((seed) => minimise(f, dimensions, 80, seed, 10) - minimum));
    const random = median(seeds.map((seed) => minimise(f, dimensions, 80, seed, 80) - minimum));
    expect(tpe).toBeLessThan(0.6 * random);
  });

  it('prefers the choice that did well', () => {
    const observations = Array.from({ length: 30 }, (_, i) => ({
      point: [((i % 3) + 0.5) / 3],
      loss: i % 3 === 1 ? i / 100 : 10 + i,
    }));
    const drawn = Array.from(
      { length: 50 },
      (_, i) => suggestPoint([{ choices: 3 }], observations, createStream(1, 'x').at(i))[0],
    );
    expect(drawn.filter((u) => u === 0.5).length).toBeGreaterThan(45);
  });

  it('is a function of its seed, stays in the unit cube, and needs no value of every dimension', () => {
    const observations = Array.from({ length: 20 }, (_, i) => ({ point: [i / 20, i % 2 ? undefined : 0.99], loss: i }));
    const draw = () =>
      Array.from({ length: 40 }, (_, i) => suggestPoint([{}, {}], observations, createStream(7, 'x').at(i)));
    expect(draw()).toEqual(draw());
    for (const point of draw()) for (const u of point) expect(u >= 0 && u < 1).toBe(true);
  });
});
