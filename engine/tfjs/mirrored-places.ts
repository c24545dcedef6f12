/**
 * For each place of an axis with mirrored padding, the place of the axis without padding that stands there.
 * @param mode `symmetric` repeats the border itself, `reflect` does not.
 */
export function mirroredPlaces(
  size: number,
  [before, after]: readonly [number, number],
  mode: 'reflect' | 'symmetric',
): number[] {
  const offset = mode === 'reflect' ? 0 : 1;
  return Array.from({ length: before + size + after }, (_, place) => {
    const at = place - before;
    if (at < 0) return -at - offset;
    return at < size ? at : 2 * (size - 1) - at + offset;
  });
}
