import { ABSENT } from './space.ts';

/**
 * How the digit of one factor follows from an index of the space, as data: memory evaluates it here, a database in SQL, so that
 * rows are grouped without joining them to a list of configurations.
 */
export type Locator =
  | { readonly at: 'absent' }
  /** digit = from + index; absent from `count` on. */
  | { readonly at: 'run'; readonly from: number; readonly count: number }
  /** digit = digits[index]; absent beyond the end. */
  | { readonly at: 'list'; readonly digits: readonly number[] }
  /** Goes on with floor(index / stride) mod radix. */
  | { readonly at: 'place'; readonly stride: number; readonly radix: number; readonly inner: Locator }
  /** Goes on in the part i with starts[i] ≤ index < starts[i + 1], with index − starts[i]. */
  | { readonly at: 'part'; readonly starts: readonly number[]; readonly parts: readonly Locator[] };

/** @returns ABSENT where the configuration does not have the factor. */
export function digitAt(locator: Locator, index: number): number {
  switch (locator.at) {
    case 'absent':
      return ABSENT;
    case 'run':
      return index < locator.count ? locator.from + index : ABSENT;
    case 'list':
      return locator.digits[index] ?? ABSENT;
    case 'place':
      return digitAt(locator.inner, Math.floor(index / locator.stride) % locator.radix);
    case 'part': {
      const part = partAt(locator.starts, index);
      return digitAt(locator.parts[part] as Locator, index - (locator.starts[part] as number));
    }
  }
}

/** The last i with starts[i] ≤ index. @param starts ascending, the first is 0. */
export function partAt(starts: readonly number[], index: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}
