import type { SlidingWindow } from '../graph/operation.ts';
import type { Extent } from './window.ts';

/**
 * The share of a pool's window that lies on the map, for each position in reading order.
 * @param map rows and columns of the input
 * @returns `undefined` where all of every window does.
 */
export function coverage(window: SlidingWindow, map: Extent, positions: Extent): Float32Array | undefined {
  const rows = along(window, 0, map[0], positions[0]);
  const columns = along(window, 1, map[1], positions[1]);
  const shares = Float32Array.from(rows.flatMap((vertical) => columns.map((horizontal) => vertical * horizontal)));
  return shares.every((share) => share === 1) ? undefined : shares;
}

function along({ filter, strides, padding }: SlidingWindow, axis: 0 | 1, size: number, positions: number): number[] {
  return Array.from({ length: positions }, (_, position) => {
    const from = position * strides[axis] - padding[(2 * axis) as 0 | 2];
    const inside = Math.min(from + filter[axis], size) - Math.max(from, 0);
    return inside / filter[axis];
  });
}
