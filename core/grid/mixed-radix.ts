/**
 * Mixed-radix numbers: the bijection between a grid index and one level index per factor. The last factor varies fastest,
 * as nested loops in the order of the study would.
 */

/** Product of the radices; 1 for no factor. May exceed 2^53, then it is no longer exact, only large. */
export function gridSize(radices: readonly number[]): number {
  return radices.reduce((product, radix) => product * radix, 1);
}

/** How many consecutive indices share a digit: stride[i] = product of the radices after i. */
export function strides(radices: readonly number[]): number[] {
  const result = new Array<number>(radices.length);
  let stride = 1;
  for (let i = radices.length - 1; i >= 0; i--) {
    result[i] = stride;
    stride *= radices[i] as number;
  }
  return result;
}

/** @param index integer in [0, gridSize(radices)). @returns one digit per radix, digit[i] in [0, radices[i]). */
export function toDigits(index: number, radices: readonly number[]): number[] {
  const digits = new Array<number>(radices.length);
  let rest = index;
  for (let i = radices.length - 1; i >= 0; i--) {
    const radix = radices[i] as number;
    digits[i] = rest % radix;
    rest = Math.floor(rest / radix);
  }
  return digits;
}

/** The inverse of `toDigits`. */
export function fromDigits(digits: readonly number[], radices: readonly number[]): number {
  return digits.reduce((index, digit, i) => index * (radices[i] as number) + digit, 0);
}
