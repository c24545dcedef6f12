/**
 * Sobol' points with the direction numbers of Joe & Kuo ("Constructing Sobol sequences with better two-dimensional projections",
 * SIAM J. Sci. Comput. 30(5), 2008), file new-joe-kuo-6.21201, first 21 dimensions.
 */
export const MAX_SOBOL_DIMENSIONS = 21;

/** Primitive polynomial (degree s, coefficients a) and initial direction numbers m of dimensions 2, 3, … */
const JOE_KUO: readonly (readonly [s: number, a: number, ...m: number[]])[] = [
  [1, 0, 1],
  [2, 1, 1, 3],
  [3, 1, 1, 3, 1],
  [3, 2, 1, 1, 1],
  [4, 1, 1, 1, 3, 3],
  [4, 4, 1, 3, 5, 13],
  [5, 2, 1, 1, 5, 5, 17],
  [5, 4, 1, 1, 5, 5, 5],
  [5, 7, 1, 1, 7, 11, 19],
  [5, 11, 1, 1, 5, 1, 1],
  [5, 13, 1, 1, 1, 3, 11],
  [5, 14, 1, 3, 5, 5, 31],
  [6, 1, 1, 3, 3, 9, 7, 49],
  [6, 13, 1, 1, 1, 15, 21, 21],
  [6, 16, 1, 3, 1, 13, 27, 49],
  [6, 19, 1, 1, 1, 15, 7, 5],
  [6, 22, 1, 3, 1, 15, 13, 25],
  [6, 25, 1, 1, 5, 5, 19, 61],
  [7, 1, 1, 3, 7, 11, 23, 15, 103],
  [7, 4, 1, 3, 7, 13, 13, 15, 69],
];

const BITS = 32;

/** Direction numbers of one dimension, the binary point left of bit 31. @param dimension from 0. */
export function directionNumbers(dimension: number): Uint32Array {
  const v = new Uint32Array(BITS);
  if (dimension === 0) {
    for (let i = 0; i < BITS; i++) v[i] = (1 << (BITS - 1 - i)) >>> 0;
    return v;
  }
  const [s, a, ...m] = JOE_KUO[dimension - 1] as (typeof JOE_KUO)[number];
  for (let i = 0; i < BITS; i++) {
    if (i < s) {
      v[i] = ((m[i] as number) << (BITS - 1 - i)) >>> 0;
      continue;
    }
    let value = (v[i - s] as number) ^ ((v[i - s] as number) >>> s);
    for (let k = 1; k < s; k++) if ((a >>> (s - 1 - k)) & 1) value ^= v[i - k] as number;
    v[i] = value >>> 0;
  }
  return v;
}

/** The `index`-th point of one dimension as a 32-bit fraction, in Gray code order (Antonov & Saleev 1979). */
export function sobolWord(directions: Uint32Array, index: number): number {
  let gray = (index ^ (index >>> 1)) >>> 0;
  let word = 0;
  for (let bit = 0; gray !== 0; bit++, gray >>>= 1) if (gray & 1) word ^= directions[bit] as number;
  return word >>> 0;
}
