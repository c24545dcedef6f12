/** Bases of the Halton sequence (Halton, "On the efficiency of certain quasi-random sequences", Numer. Math. 2, 1960): the primes. */
const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73];

export const MAX_HALTON_DIMENSIONS = PRIMES.length;

/** The digits of `index` in the dimension's prime base, mirrored at the point. @returns in [0, 1). */
export function haltonPoint(dimension: number, index: number): number {
  const base = PRIMES[dimension] as number;
  let value = 0;
  let place = 1 / base;
  for (let rest = index; rest > 0; rest = Math.floor(rest / base)) {
    value += (rest % base) * place;
    place /= base;
  }
  return value;
}
