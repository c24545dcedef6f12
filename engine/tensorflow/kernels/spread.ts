import type { Tensor } from '@tensorflow/tfjs-core';
import { pad, reshape, slice, stridedSlice } from '@tensorflow/tfjs-core';

/** Puts `factor - 1` zeros between the entries of an axis. */
export function spread(x: Tensor, axis: number, factor: number): Tensor {
  if (factor === 1) return x;
  const size = x.shape[axis] ?? 1;
  const outer = x.shape.slice(0, axis).reduce((all, one) => all * one, 1);
  const inner = x.size / (outer * size);
  const apart = pad(reshape(x, [outer, size, 1, inner]), [
    [0, 0],
    [0, 0],
    [0, factor - 1],
    [0, 0],
  ]);
  const whole = slice(
    reshape(apart, [outer, size * factor, inner]),
    [0, 0, 0],
    [outer, (size - 1) * factor + 1, inner],
  );
  return reshape(
    whole,
    x.shape.map((all, index) => (index === axis ? (size - 1) * factor + 1 : all)),
  );
}

/** Every `factor`-th entry of an axis, from the first: the gradient of `spread`. */
export function gathered(x: Tensor, axis: number, factor: number): Tensor {
  if (factor === 1) return x;
  return stridedSlice(
    x,
    x.shape.map(() => 0),
    x.shape,
    x.shape.map((_, index) => (index === axis ? factor : 1)),
  );
}
