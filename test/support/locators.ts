import type { Locator } from '../../core/space/locator.ts';

/** Where a factor of a plain product has its digit: floor(index / stride) mod radix. */
export function placeLocator(stride: number, radix: number): Locator {
  return { at: 'place', stride, radix, inner: { at: 'run', from: 0, count: radix } };
}
