import { broadcastShape, elementCount } from '../../../engine/shape.ts';

export interface Float64Tensor {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export function* positions(shape: readonly number[]): Generator<number[]> {
  const count = elementCount(shape);
  for (let index = 0; index < count; index++) {
    const at = new Array<number>(shape.length);
    let rest = index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] ?? 1;
      at[axis] = rest % size;
      rest = Math.floor(rest / size);
    }
    yield at;
  }
}

export function* everywhere(shape: readonly number[], value: (at: number[]) => number): Generator<number> {
  for (const at of positions(shape)) yield value(at);
}

export function offset(shape: readonly number[], at: readonly number[]): number {
  return shape.reduce((index, size, axis) => index * size + (at[axis] ?? 0), 0);
}

export function element({ shape, data }: Float64Tensor, at: readonly number[], outside = Number.NaN): number {
  if (at.some((position, axis) => position < 0 || position >= (shape[axis] ?? 0))) return outside;
  return data[offset(shape, at)] ?? Number.NaN;
}

/** The element of `x` that broadcasting to `shape` puts at a position. */
export function broadcast(x: Float64Tensor, shape: readonly number[], at: readonly number[]): number {
  if (broadcastShape(x.shape, shape) === undefined) throw new RangeError('The shapes do not broadcast.');
  const missing = shape.length - x.shape.length;
  return element(
    x,
    x.shape.map((size, axis) => (size === 1 ? 0 : (at[axis + missing] ?? 0))),
  );
}
