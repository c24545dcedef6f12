import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillDropoutMask, fillNormal, integer, normal, shuffle, uniform } from '../../../core/random/distributions.ts';
import { standardNormalQuantile } from '../../../core/random/normal-quantile.ts';
import { createStream, type RandomStream } from '../../../core/random/stream.ts';

/** A stream that is about to say exactly these words. */
function saying(...words: readonly number[]): RandomStream {
  const rest = [...words];
  return { uint32: () => rest.shift() ?? 0 };
}

/** Pearson's statistic of equal expectations. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe('uniform', () => {
  it('stays in [0, 1) and survives float32', () => {
    expect(uniform(saying(0))).toBe(0);
    expect(uniform(saying(0xffff_ffff))).toBe(1 - 2 ** -24);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const value = uniform(createStream(seed));
        expect(Math.fround(value)).toBe(value);
      }),
    );
  });
});

describe('integer', () => {
  it('redraws the words that would favour small remainders', () => {
    // 2^32 = 3 · 1431655765 + 1: the last word belongs to no whole run of three.
    expect(integer(saying(0xffff_ffff, 5), 3)).toBe(2);
    expect(integer(saying(0xffff_fffe), 3)).toBe(2);
    expect(integer(saying(0xffff_ffff), 2 ** 32)).toBe(0xffff_ffff);
    expect(integer(saying(123), 1)).toBe(0);
  });

  it('hits every number equally often', () => {
    const stream = createStream(1, 'test');
    const counts = Array.from({ length: 33 }, () => 0);
    for (let draw = 0; draw < 33_000; draw += 1) {
      const value = integer(stream, 33);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    // 32 degrees of freedom: 62.5 is the 99.9 % point.
    expect(chiSquare(counts)).toBeLessThan(62.5);
  });
});

describe('normal', () => {
  it('is the quantile of the normal distribution to 15 digits', () => {
    // R: qnorm(p), also Python's statistics.NormalDist().inv_cdf(p).
    const table: readonly [number, number][] = [
      [1e-10, -6.361340902404056],
      [1e-5, -4.2648907939228256],
      [0.01, -2.3263478740408408],
      [0.075, -1.4395314709384557],
      [0.0751, -1.4388253927525398],
      [0.3, -0.5244005127080407],
      [0.5, 0],
      [0.9, 1.2815515655446008],
      [0.999999, 4.753424308817089],
    ];
    for (const [probability, quantile] of table) {
      expect(Math.abs(standardNormalQuantile(probability) - quantile)).toBeLessThan(1e-14 * (1 + Math.abs(quantile)));
    }
  });

  it('is finite and symmetric at the ends of the word', () => {
    expect(normal(saying(0))).toBe(-normal(saying(0xffff_ffff)));
    expect(normal(saying(0))).toBeCloseTo(-6.3379, 3);
  });

  it('fills with the moments of the normal distribution', () => {
    const values = new Float32Array(100_000);
    fillNormal(createStream(2, 'test'), values, 3);
    const moment = (power: number): number => values.reduce((sum, z) => sum + (z / 3) ** power, 0) / values.length;
    // Five standard errors each.
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(100_000));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / 100_000));
    expect(Math.abs(moment(3))).toBeLessThan(5 * Math.sqrt(15 / 100_000));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / 100_000));
  });
});

describe('shuffle', () => {
  it('permutes, and its start does not change as it grows', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 50 }), fc.nat(50), (seed, length, places) => {
        const whole = Uint32Array.from({ length }, (_, i) => i);
        const part = whole.slice();
        shuffle(createStream(seed), whole);
        shuffle(createStream(seed), part, places);
        expect([...whole].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
        expect(part.slice(0, places)).toEqual(whole.slice(0, places));
      }),
    );
  });

  it('gives every order of four equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 4_800; seed += 1) {
      const items = Uint32Array.of(0, 1, 2, 3);
      shuffle(createStream(seed, 'orders'), items);
      counts.set(items.join(), (counts.get(items.join()) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // 23 degrees of freedom: 49.7 is the 99.9 % point.
    expect(chiSquare([...counts.values()])).toBeLessThan(49.7);
  });
});

describe('fillDropoutMask', () => {
  const draw = (rate: number, count: number, seed = 4): Uint8Array => {
    const mask = new Uint8Array(count);
    fillDropoutMask(createStream(seed, 'test'), mask, rate);
    return mask;
  };

  it('drops at its rate, to the nearest 2^-16, whatever the rate', () => {
    for (const rate of [0, 2 ** -16, 0.001, 0.1, 0.2, 0.25, 0.5, 0.55, 0.75, 0.9, 0.999]) {
      const count = 400_000;
      const dropped = draw(rate, count).filter((value) => value === 0).length / count;
      expect(Math.abs(dropped - rate), `${rate}`).toBeLessThanOrEqual(5 * Math.sqrt((rate * (1 - rate)) / count));
    }
    expect(new Set(draw(0.2, 1000))).toEqual(new Set([0, 1]));
    expect(new Set(draw(0, 1000))).toEqual(new Set([1]));
  });

  it('drops each element by itself: no place is dropped more often, no two together more often than by chance', () => {
    const runs = 6000;
    const masks = Array.from({ length: runs }, (_, seed) => draw(0.2, 64, seed));
    const tolerance = 5 * Math.sqrt(0.16 / runs);
    for (let a = 0; a < 64; a += 1) {
      const share = masks.filter((mask) => mask[a] === 0).length / runs;
      expect(Math.abs(share - 0.2), `place ${a}`).toBeLessThan(tolerance);
      const b = (a + 1 + (a % 31)) % 64;
      const both = masks.filter((mask) => mask[a] === 0 && mask[b] === 0).length / runs;
      expect(Math.abs(both - 0.04), `places ${a} and ${b}`).toBeLessThan(5 * Math.sqrt(0.04 / runs));
    }
  });

  it('is the number of 16 random bits below the rate, bit for bit', () => {
    const rate = 0.3;
    const threshold = Math.round(rate * 65_536);
    const stream = createStream(4, 'test');
    const expected: number[] = [];
    for (let group = 0; group < 3; group += 1) {
      const numbers = new Array<number>(32).fill(0);
      const undecided = new Set(numbers.keys());
      for (let bit = 15; bit >= 0 && undecided.size > 0; bit -= 1) {
        // Below the lowest bit of the threshold that is set, nothing is decided any more.
        if ((threshold & ((2 << bit) - 1)) === 0) break;
        const word = stream.uint32();
        for (const e of undecided) {
          const own = (word >>> ((e >> 2) + 8 * (e & 3))) & 1;
          numbers[e] = (numbers[e] ?? 0) + own * 2 ** bit;
          if (own !== ((threshold >>> bit) & 1)) undecided.delete(e);
        }
      }
      expected.push(...numbers.map((number) => Number(number >= threshold)));
    }
    for (const count of [96, 95, 67, 33, 3, 1]) {
      expect([...draw(rate, count)]).toEqual(expected.slice(0, count));
    }
  });
});
