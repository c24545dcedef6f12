import { sameShape } from '../shape.ts';
import type { Shape } from '../step.ts';

/**
 * How a tensor's dimensions lie in memory: `layout[i]` is the logical axis that the i-th physical dimension holds.
 * Logical axes are TensorFlow.js's: NHWC for images, HWIO for filters.
 */
export type Layout = readonly number[];

/** Images inside an ONNX graph. */
export const NCHW: Layout = [0, 3, 1, 2];
/** Filters inside an ONNX graph and in an ONNX executor's state. */
export const OIHW: Layout = [3, 2, 0, 1];

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

/**
 * The layout in which ONNX executors keep a state entry. It depends on the shape alone, so that steps compiled apart
 * (training, evaluation) share a state: every 4-D entry of a network is a filter or its optimiser slot.
 */
export function stateLayout(shape: Shape): Layout {
  return shape.length === 4 ? OIHW : plainLayout(shape.length);
}

/** Copies elements from one layout to another. */
export function permute<T extends Float32Array | Int32Array>(data: T, shape: Shape, from: Layout, to: Layout): T {
  const result = data.slice() as T;
  if (isReshape(shape, from, to)) return result;
  const source = strides(shape, from);
  const sizes = physicalShape(shape, to);
  const steps = to.map((axis) => source[axis] ?? 0);
  let position = 0;
  const copy = (depth: number, offset: number): void => {
    const size = sizes[depth] ?? 1;
    const step = steps[depth] ?? 0;
    for (let i = 0; i < size; i++) {
      if (depth === sizes.length - 1) result[position++] = data[offset + i * step] ?? 0;
      else copy(depth + 1, offset + i * step);
    }
  };
  copy(0, 0);
  return result;
}

/** Distance in memory between neighbours along each logical axis. */
function strides(shape: Shape, layout: Layout): number[] {
  const result = new Array<number>(shape.length).fill(1);
  let stride = 1;
  for (const axis of [...layout].reverse()) {
    result[axis] = stride;
    stride *= shape[axis] ?? 1;
  }
  return result;
}
