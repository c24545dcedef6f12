/** Convolutions, pools and local response normalization from their definitions, one element at a time. */
import type { Operation, SlidingWindow } from '../../../engine/graph/operation.ts';
import { elementCount } from '../../../engine/shape.ts';
import type { Float64Tensor } from './float64-tensor.ts';
import { element, everywhere, offset, positions } from './float64-tensor.ts';

export function images(
  operation: Operation,
  operands: readonly Float64Tensor[],
  shape: readonly number[],
): Iterable<number> {
  const [a, b, c] = operands as [Float64Tensor, Float64Tensor, Float64Tensor];
  const result: Float64Tensor = { shape, data: new Float64Array(elementCount(shape)) };
  const add = (at: readonly number[], value: number): void => {
    const index = offset(shape, at);
    result.data[index] = (result.data[index] ?? 0) + value;
  };
  switch (operation.kind) {
    case 'Conv2D':
      convolve(operation, a.shape, b.shape, shape, (x, w, y) => add(y, element(a, x) * element(b, w)));
      return operands.length < 3
        ? result.data
        : result.data.map((y, index) => y + (c.data[index % c.data.length] ?? 0));
    case 'Conv2DBackpropInput':
      convolve(operation, shape, b.shape, a.shape, (x, w, y) => add(x, element(a, y) * element(b, w)));
      return result.data;
    case 'Conv2DBackpropFilter':
      convolve(operation, a.shape, shape, b.shape, (x, w, y) => add(w, element(a, x) * element(b, y)));
      return result.data;
    case 'MaxPool':
      return everywhere(shape, (y) => Math.max(...windowAt(operation.window, a.shape, y).map((x) => element(a, x))));
    case 'MaxPoolGrad':
      for (const y of positions(a.shape)) {
        const window = windowAt(operation.window, shape, y);
        const maximum = Math.max(...window.map((x) => element(b, x)));
        add(window.find((x) => element(b, x) === maximum) as number[], element(a, y));
      }
      return result.data;
    case 'AvgPool':
      return everywhere(shape, (y) => {
        const window = windowAt(operation.window, a.shape, y);
        return window.reduce((sum, x) => sum + element(a, x), 0) / window.length;
      });
    case 'AvgPoolGrad':
      for (const y of positions(a.shape)) {
        const window = windowAt(operation.window, shape, y);
        for (const x of window) add(x, element(a, y) / (operation.window.filter[0] * operation.window.filter[1]));
      }
      return result.data;
    case 'LRN':
      return everywhere(shape, (at) => element(a, at) / denominator(operation, a, at) ** operation.beta);
    case 'LRNGrad': {
      const { alpha, beta, depthRadius } = operation;
      return everywhere(shape, (at) => {
        let through = 0;
        for (const other of neighbours(depthRadius, a.shape, at)) {
          through += (element(c, other) * element(b, other)) / denominator(operation, a, other);
        }
        return element(c, at) / denominator(operation, a, at) ** beta - 2 * alpha * beta * element(a, at) * through;
      });
    }
    default:
      throw new Error(`The float64 interpreter does not know ${operation.kind}.`);
  }
}

/** Calls back with every (input, filter, output) position that a convolution multiplies. */
function convolve(
  { window: { strides, dilations, padding }, groups }: { readonly window: SlidingWindow; readonly groups: number },
  xShape: readonly number[],
  wShape: readonly number[],
  yShape: readonly number[],
  visit: (x: number[], w: number[], y: number[]) => void,
): void {
  for (const [batch, i, j, filter] of positions(yShape) as Iterable<[number, number, number, number]>) {
    for (const [down, across, channel] of positions(wShape.slice(0, 3)) as Iterable<[number, number, number]>) {
      const row = i * strides[0] + down * dilations[0] - padding[0];
      const column = j * strides[1] + across * dilations[1] - padding[2];
      if (row < 0 || column < 0 || row >= (xShape[1] ?? 0) || column >= (xShape[2] ?? 0)) continue;
      const group = Math.floor(filter / ((wShape[3] ?? 1) / groups));
      visit(
        [batch, row, column, group * (wShape[2] ?? 1) + channel],
        [down, across, channel, filter],
        [batch, i, j, filter],
      );
    }
  }
}

/** Input positions under one output position of a pool, in reading order. */
function windowAt(
  { filter, strides, padding }: SlidingWindow,
  xShape: readonly number[],
  y: readonly number[],
): number[][] {
  const [batch = 0, i = 0, j = 0, channel = 0] = y;
  return [...positions(filter)]
    .map(([down = 0, across = 0]) => [
      batch,
      i * strides[0] + down - padding[0],
      j * strides[1] + across - padding[2],
      channel,
    ])
    .filter(
      ([, row = -1, column = -1]) => row >= 0 && column >= 0 && row < (xShape[1] ?? 0) && column < (xShape[2] ?? 0),
    );
}

function neighbours(radius: number, shape: readonly number[], at: readonly number[]): number[][] {
  const channel = at[3] ?? 0;
  const channels = shape[3] ?? 1;
  return Array.from({ length: 2 * radius + 1 }, (_, index) => channel - radius + index)
    .filter((other) => other >= 0 && other < channels)
    .map((other) => [...at.slice(0, 3), other]);
}

function denominator(
  { depthRadius, bias, alpha }: { depthRadius: number; bias: number; alpha: number },
  x: Float64Tensor,
  at: readonly number[],
): number {
  return bias + alpha * neighbours(depthRadius, x.shape, at).reduce((sum, other) => sum + element(x, other) ** 2, 0);
}
