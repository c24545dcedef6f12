import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { haltonPoint } from '../../../core/search/halton.ts';
import { pointSequence } from '../../../core/search/points.ts';
import { shuffledOrder } from '../../../core/search/shuffled-order.ts';
import { directionNumbers, MAX_SOBOL_DIMENSIONS, sobolWord } from '../../../core/search/sobol.ts';

const sobolRow = (index: number): number[] =>
  Array.from({ length: MAX_SOBOL_DIMENSIONS }, (_, d) => sobolWord(directionNumbers(d), index) / 2 ** 32);

describe("Sobol' points", () => {
  /** scipy 1.17.1, qmc.Sobol(d=21, scramble=False, bits=32).random(64), rows 5, 37 and 63. */
  it.each([
    [
      5,
      [
        0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875, 0.375, 0.375, 0.125, 0.375, 0.875, 0.875, 0.125, 0.875, 0.375,
        0.875, 0.375, 0.375, 0.625, 0.625,
      ],
    ],
    [
      37,
      [
        0.921875, 0.640625, 0.578125, 0.921875, 0.765625, 0.296875, 0.171875, 0.796875, 0.609375, 0.171875, 0.015625,
        0.078125, 0.578125, 0.859375, 0.109375, 0.484375, 0.796875, 0.421875, 0.046875, 0.140625, 0.953125,
      ],
    ],
    [
      63,
      [
        0.015625, 0.796875, 0.359375, 0.453125, 0.859375, 0.140625, 0.578125, 0.140625, 0.828125, 0.578125, 0.421875,
        0.671875, 0.546875, 0.765625, 0.328125, 0.765625, 0.078125, 0.390625, 0.953125, 0.234375, 0.234375,
      ],
    ],
  ])('are those of Joe and Kuo at %i, in 21 dimensions', (index, expected) => {
    expect(sobolRow(index)).toEqual(expected);
  });

  it('put one of 2^k in each of 2^k intervals, in every dimension, whatever the shift', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: MAX_SOBOL_DIMENSIONS }),
        fc.integer({ min: 1, max: 7 }),
        (seed, dimensions, k) => {
          const point = pointSequence('sobol', dimensions, seed);
          const points = Array.from({ length: 2 ** k }, (_, i) => point(i));
          for (let d = 0; d < dimensions; d++)
            expect(new Set(points.map((p) => Math.floor((p[d] as number) * 2 ** k))).size).toBe(2 ** k);
        },
      ),
    );
  });
});

describe('Halton points', () => {
  /** scipy 1.17.1, qmc.Halton(d=5, scramble=False).random(8), rows 5 and 7. */
  it('are those of their primes', () => {
    const row = (index: number) => [0, 1, 2, 3, 4].map((d) => haltonPoint(d, index));
    for (const [index, expected] of [
      [5, [0.625, 7 / 9, 0.04, 5 / 7, 5 / 11]],
      [7, [0.875, 5 / 9, 0.44, 1 / 49, 7 / 11]],
    ] as const)
      for (const [d, value] of row(index).entries()) expect(value).toBeCloseTo(expected[d] as number, 14);
  });
});

describe('points of any layout', () => {
  it('are the same for the same seed, in any order of asking, and lie in the unit cube', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('random' as const, 'sobol' as const, 'halton' as const),
        fc.nat(),
        fc.nat(500),
        (layout, seed, index) => {
          const once = pointSequence(layout, 4, seed);
          const again = pointSequence(layout, 4, seed);
          once(index + 1);
          expect(once(index)).toEqual(again(index));
          expect(again(index).every((u) => u >= 0 && u < 1)).toBe(true);
        },
      ),
    );
  });
});

describe('a shuffled order', () => {
  it('is a permutation', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(), (size, seed) => {
        const order = shuffledOrder(size, seed);
        const all = Array.from({ length: size }, (_, i) => order(i));
        expect([...all].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
      }),
    );
  });

  it('is none of the orders nearby: neighbours are far apart, and seeds differ', () => {
    const [a, b] = [shuffledOrder(10_000_000, 1), shuffledOrder(10_000_000, 2)];
    const first = Array.from({ length: 200 }, (_, i) => a(i));
    expect(first.filter((value, i) => i > 0 && Math.abs(value - (first[i - 1] as number)) < 1000).length).toBeLessThan(
      3,
    );
    expect(first.filter((value, i) => value === b(i))).toEqual([]);
    const mean = first.reduce((sum, value) => sum + value, 0) / first.length;
    expect(Math.abs(mean / 10_000_000 - 0.5)).toBeLessThan(0.1);
  });
});
