import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromDigits, gridSize, strides, toDigits } from '../../../core/grid/mixed-radix.ts';

const radices = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 });

describe('mixed radix', () => {
  it('gives every index its own digits, and back', () => {
    fc.assert(
      fc.property(radices, fc.nat(), (bases, seed) => {
        const index = seed % gridSize(bases);
        const digits = toDigits(index, bases);
        expect(digits.every((digit, i) => digit >= 0 && digit < (bases[i] as number))).toBe(true);
        expect(fromDigits(digits, bases)).toBe(index);
      }),
    );
  });

  it('has strides that read a digit without its neighbours', () => {
    fc.assert(
      fc.property(radices, fc.nat(), (bases, seed) => {
        const index = seed % gridSize(bases);
        const steps = strides(bases);
        const digits = bases.map((radix, i) => Math.floor(index / (steps[i] as number)) % radix);
        expect(digits).toEqual(toDigits(index, bases));
      }),
    );
  });

  it('counts in the order of nested loops, the last factor fastest', () => {
    expect([0, 1, 2, 3, 4, 5].map((i) => toDigits(i, [2, 3]))).toEqual([
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
  });

  it('gives the empty grid one index', () => {
    expect(gridSize([])).toBe(1);
    expect(toDigits(0, [])).toEqual([]);
  });
});
