import { createStream } from '../random/stream.ts';
import { haltonPoint, MAX_HALTON_DIMENSIONS } from './halton.ts';
import { directionNumbers, MAX_SOBOL_DIMENSIONS, sobolWord } from './sobol.ts';

/** How points of the unit cube are laid out. */
export const LAYOUTS = ['random', 'sobol', 'halton'] as const;

export type Layout = (typeof LAYOUTS)[number];

/** Dimensions that a layout has. Random points have any number. */
export const MAX_DIMENSIONS: Readonly<Record<Layout, number>> = {
  random: Number.POSITIVE_INFINITY,
  sobol: MAX_SOBOL_DIMENSIONS,
  halton: MAX_HALTON_DIMENSIONS,
};

/** The `index`-th point of an endless sequence; every coordinate in [0, 1). */
export type PointSequence = (index: number) => number[];

/**
 * Sobol' points are shifted by a random word of each dimension (digital shift: Owen, "Randomly permuted (t,m,s)-nets", 1995, §1),
 * Halton points by a random number modulo 1 (Cranley & Patterson 1976): unbiased for every seed, as evenly spread as before.
 * @param stage sequences of other stages are independent.
 * @param dimensions at most MAX_DIMENSIONS[layout].
 */
export function pointSequence(layout: Layout, dimensions: number, seed: number, stage = 0): PointSequence {
  const all = Array.from({ length: dimensions }, (_, i) => i);
  const stream = createStream(seed, 'search', layout, stage);
  if (layout === 'random') {
    return (index) => {
      const own = stream.at(index);
      return all.map(() => fraction(own.uint32(), own.uint32()));
    };
  }
  if (layout === 'sobol') {
    const shifts = all.map(() => stream.uint32());
    const directions = all.map(directionNumbers);
    return (index) =>
      all.map((i) => ((sobolWord(directions[i] as Uint32Array, index) ^ (shifts[i] as number)) >>> 0) / 2 ** 32);
  }
  const shifts = all.map(() => fraction(stream.uint32(), stream.uint32()));
  // Index 0 is the corner in every base.
  return (index) => all.map((i) => (haltonPoint(i, index + 1) + (shifts[i] as number)) % 1);
}

/** 53 bits as a number in [0, 1). */
function fraction(high: number, low: number): number {
  return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
}
