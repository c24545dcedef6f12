import { sameShape } from '../shape.ts';
import type { Shape } from '../step.ts';

/**
 * How a tensor's dimensions lie in memory: `layout[i]` is the logical axis that the i-th physical dimension holds.
 * Logical axes are TensorFlow.js's: NHWC for images, HWIO for filters.
 */
export type Layout = readonly number[];

/** Images inside an ONNX graph. */
export const NCHW: Layout = [0, 3, 1, 2];
/** Filters of ONNX's convolutions. */
export const OIHW: Layout = [3, 2, 0, 1];
/** Filters of TensorFlow.js, and of an executor's state. */
export const HWIO: Layout = [0, 1, 2, 3];
export const IOHW: Layout = [2, 3, 0, 1];
export const OHWI: Layout = [3, 0, 1, 2];

export function plainLayout(rank: number): Layout {
  return Array.from({ length: rank }, (_, axis) => axis);
}

export function isPlain(layout: Layout): boolean {
  return layout.every((axis, position) => axis === position);
}

/** Sizes in memory order. */
export function physicalShape(shape: Shape, layout: Layout): number[] {
  return layout.map((axis) => shape[axis] ?? 1);
}

/** The `perm` of a transposition from one layout to another. */
export function permutationBetween(from: Layout, to: Layout): number[] {
  return to.map((axis) => from.indexOf(axis));
}

export function sameLayout(a: Layout, b: Layout): boolean {
  return sameShape(a, b);
}

/** Whether a transposition moves no data: the dimensions larger than 1 keep their order. */
export function isReshape(shape: Shape, from: Layout, to: Layout): boolean {
  const large = (layout: Layout): Layout => layout.filter((axis) => shape[axis] !== 1);
  return sameLayout(large(from), large(to));
}

/** The layout that is left when some logical axes are removed. */
export function withoutAxes(layout: Layout, removed: readonly number[]): Layout {
  return layout
    .filter((axis) => !removed.includes(axis))
    .map((axis) => axis - removed.filter((other) => other < axis).length);
}
