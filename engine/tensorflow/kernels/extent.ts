import type { backend_util, Tensor4D } from '@tensorflow/tfjs-core';
import { pad, slice } from '@tensorflow/tfjs-core';

/**
 * TensorFlow's gradients and pools know the paddings 'same' and 'valid' alone. Any other becomes 'valid' on an input
 * that is padded, or cut, to what the windows cover: (positions - 1) * stride + filter, from `before` the first pixel.
 */
export interface Extent {
  readonly padding: 'SAME' | 'VALID';
  /** Rows and columns: zeros before the first pixel, and pixels after the last one (negative: cut). */
  readonly rows: readonly [before: number, after: number];
  readonly columns: readonly [before: number, after: number];
}

type Positions = readonly [rows: number, columns: number];

/** @param positions of the windows, as the output has them: tfjs's own computation forgets `ceil` in gradients. */
export function extentOf(info: backend_util.Conv2DInfo, positions: Positions): Extent {
  const { padInfo, inHeight, inWidth, strideHeight, strideWidth, effectiveFilterHeight, effectiveFilterWidth } = info;
  if (padInfo.type === 'SAME') return { padding: 'SAME', rows: [0, 0], columns: [0, 0] };
  const span = (size: number, before: number, count: number, stride: number, filter: number) => {
    const covered = (count - 1) * stride + filter;
    const after = covered - size - before;
    // 'valid' passes over pixels that no window reaches: they need no cut.
    const ignored = before === 0 && after < 0 && Math.floor((size - filter) / stride) + 1 === count;
    return [before, ignored ? 0 : after] as const;
  };
  return {
    padding: 'VALID',
    rows: span(inHeight, padInfo.top, positions[0], strideHeight, effectiveFilterHeight),
    columns: span(inWidth, padInfo.left, positions[1], strideWidth, effectiveFilterWidth),
  };
}

/** The input that the windows cover, `value` outside of the given one. */
export function fitted(x: Tensor4D, extent: Extent, value: number): Tensor4D {
  return resize(x, extent.rows, extent.columns, value);
}

/** The gradient of `fitted`. */
export function unfitted(dx: Tensor4D, { rows, columns }: Extent): Tensor4D {
  return resize(dx, [-rows[0], -rows[1]], [-columns[0], -columns[1]], 0);
}

export function fittedShape(shape: readonly number[], { rows, columns }: Extent): [number, number, number, number] {
  const [batch = 0, height = 0, width = 0, channels = 0] = shape;
  return [batch, height + rows[0] + rows[1], width + columns[0] + columns[1], channels];
}

function resize(
  x: Tensor4D,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
  value: number,
): Tensor4D {
  let result = x;
  if (Math.min(top, bottom, left, right) < 0) {
    const [batch, height, width, channels] = x.shape;
    const cut = (count: number): number => Math.max(-count, 0);
    const size = [batch, height - cut(top) - cut(bottom), width - cut(left) - cut(right), channels];
    result = slice(result, [0, cut(top), cut(left), 0], size as typeof x.shape);
  }
  if (Math.max(top, bottom, left, right) > 0) {
    const add = (count: number): number => Math.max(count, 0);
    result = pad(
      result,
      [
        [0, 0],
        [add(top), add(bottom)],
        [add(left), add(right)],
        [0, 0],
      ],
      value,
    );
  }
  return result;
}
