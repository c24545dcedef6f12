import type { MaxPoolAttrs, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { SlidingWindow } from '../../graph/operation.ts';
import { elementCount } from '../../shape.ts';
import { coverage } from '../../tfjs/coverage.ts';
import { slidingOf } from '../../tfjs/window.ts';
import type { Shape4D } from '../../tfjs/window-info.ts';
import { extentOf, poolingInfo } from '../../tfjs/window-info.ts';
import type { CorrectedKernel, CorrectedKernels } from './kernel.ts';
import { elementsOf } from './kernel.ts';

interface Problem {
  readonly window: SlidingWindow;
  readonly x: Shape4D;
  readonly y: Shape4D;
  /** tfjs's kernel knows all positions too. */
  readonly usual: boolean;
}

function problemOf(x: readonly number[], { shape: y }: TensorInfo, attributes: NamedAttrMap): Problem {
  const info = poolingInfo(x, attributes as unknown as MaxPoolAttrs, extentOf(y));
  const usual = info.outHeight === y[1] && info.outWidth === y[2];
  return { window: slidingOf(info, extentOf(y)).window, x: x as Shape4D, y: y as Shape4D, usual };
}

/** Calls back with each output's offset and the offsets of the inputs under its window, in reading order. */
function visit({ window, x, y }: Problem, join: (y: number, under: readonly number[]) => void): void {
  const [, height, width, channels] = x;
  const [batch, rows, columns] = y;
  const { filter, strides, padding } = window;
  for (let index = 0; index < batch * rows * columns * channels; index++) {
    const channel = index % channels;
    const column = Math.floor(index / channels) % columns;
    const row = Math.floor(index / (channels * columns)) % rows;
    const image = Math.floor(index / (channels * columns * rows));
    const under: number[] = [];
    for (let tap = 0; tap < filter[0] * filter[1]; tap++) {
      const h = row * strides[0] + Math.floor(tap / filter[1]) - padding[0];
      const w = column * strides[1] + (tap % filter[1]) - padding[2];
      if (h >= 0 && w >= 0 && h < height && w < width)
        under.push(((image * height + h) * width + w) * channels + channel);
    }
    join(index, under);
  }
}

const avgPoolGrad: CorrectedKernel = ({ dy, input }, attributes, backend) => {
  const [gradient, { shape }] = [dy as TensorInfo, input as TensorInfo];
  const problem = problemOf(shape, gradient, attributes);
  const whole = coverage(problem.window, extentOf(shape), extentOf(gradient.shape)) === undefined;
  if (whole && problem.usual) return undefined;
  const slopes = elementsOf(backend, gradient);
  const dx = new Float64Array(elementCount(shape));
  visit(problem, (y, under) => {
    for (const x of under) dx[x] = (dx[x] as number) + (slopes[y] as number) / under.length;
  });
  return backend.makeTensorInfo(shape, 'float32', Float32Array.from(dx));
};

const maxPoolGrad: CorrectedKernel = ({ dy, input }, attributes, backend) => {
  const [gradient, maps] = [dy as TensorInfo, input as TensorInfo];
  const problem = problemOf(maps.shape, gradient, attributes);
  if (problem.usual) return undefined;
  const [slopes, values] = [elementsOf(backend, gradient), elementsOf(backend, maps)];
  const dx = new Float64Array(elementCount(maps.shape));
  visit(problem, (y, under) => {
    const first = under.reduce(
      (best, x) => ((values[x] as number) > (values[best] as number) ? x : best),
      under[0] ?? 0,
    );
    dx[first] = (dx[first] as number) + (slopes[y] as number);
  });
  return backend.makeTensorInfo(maps.shape, 'float32', Float32Array.from(dx));
};

/** tfjs's gradients of pools forget rows that rounding up has added, and that averages leave padding out. */
export const poolGradientKernels: CorrectedKernels = { AvgPoolGrad: avgPoolGrad, MaxPoolGrad: maxPoolGrad };
