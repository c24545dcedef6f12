import type { backend_util } from '@tensorflow/tfjs-core';
import type { SlidingWindow } from '../graph/operation.ts';

/** Rows and columns. */
export type Extent = readonly [number, number];

/** How tfjs's window slides over a map, as the step graph says it. */
export interface Sliding {
  readonly window: SlidingWindow;
  /** Rows and columns at the end of the map that the window must not see, or there would be more positions. */
  readonly cut: Extent;
  /** A position covers no pixel of the map. */
  readonly leavesMap: boolean;
}

/**
 * @param positions rows and columns of the output where they are known: gradients of tfjs forget `ceil` and `round`.
 *   Where tfjs's output is not that of its own padding (it rounds up, or took the height's filter and stride for the
 *   width too), the padding at the end is widened or the map's end is cut, so that the window has as many positions.
 */
export function slidingOf(info: backend_util.Conv2DInfo, positions: Extent = [info.outHeight, info.outWidth]): Sliding {
  const { top, bottom, left, right } = info.padInfo;
  const vertical = along(info.inHeight, info.effectiveFilterHeight, info.strideHeight, [top, bottom], positions[0]);
  const horizontal = along(info.inWidth, info.effectiveFilterWidth, info.strideWidth, [left, right], positions[1]);
  return {
    window: {
      filter: [info.filterHeight, info.filterWidth],
      strides: [info.strideHeight, info.strideWidth],
      dilations: [info.dilationHeight, info.dilationWidth],
      padding: [top, vertical.after, left, horizontal.after],
    },
    cut: [vertical.cut, horizontal.cut],
    leavesMap: vertical.leavesMap || horizontal.leavesMap,
  };
}

function along(
  size: number,
  reach: number,
  stride: number,
  [before, after]: Extent,
  positions: number,
): { readonly after: number; readonly cut: number; readonly leavesMap: boolean } {
  const last = (positions - 1) * stride - before;
  const needed = last + reach - size;
  const leavesMap = before >= reach || last >= size;
  const fitting = Math.floor((size + before + after - reach) / stride) + 1;
  // Padding that no position reaches is left out only where a pool would refuse it.
  if (fitting === positions) return { after: after < reach ? after : Math.max(needed, 0), cut: 0, leavesMap };
  if (needed >= 0) return { after: needed, cut: 0, leavesMap };
  const fittingAlone = Math.floor((size + before - reach) / stride) + 1;
  return { after: 0, cut: fittingAlone === positions ? 0 : -needed, leavesMap };
}
