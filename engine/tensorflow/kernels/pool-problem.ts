import type { MaxPoolAttrs, NamedAttrMap } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { Extent } from './extent.ts';
import { extentOf } from './extent.ts';

export interface PoolProblem {
  readonly extent: Extent;
  /** Attributes of TensorFlow's operation. */
  readonly values: Readonly<Record<string, string | readonly number[]>>;
}

/** @param y the output's shape where it is known, as in gradients. */
export function poolProblem(
  x: readonly number[],
  y: readonly number[] | undefined,
  attributes: NamedAttrMap,
): PoolProblem {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as unknown as MaxPoolAttrs;
  const rounding = y === undefined ? dimRoundingMode : (dimRoundingMode ?? 'floor');
  const info = backend_util.computePool2DInfo(
    [...x] as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    rounding,
  );
  const extent = extentOf(info, y === undefined ? [info.outHeight, info.outWidth] : [y[1] ?? 0, y[2] ?? 0]);
  return {
    extent,
    values: {
      ksize: [1, info.filterHeight, info.filterWidth, 1],
      strides: [1, info.strideHeight, info.strideWidth, 1],
      padding: extent.padding,
      data_format: 'NHWC',
    },
  };
}
