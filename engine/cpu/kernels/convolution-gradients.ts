import type { NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { SlidingWindow } from '../../graph/operation.ts';
import { elementCount } from '../../shape.ts';
import { slidingOf } from '../../tfjs/window.ts';
import type { ConvolutionAttributes, Shape4D } from '../../tfjs/window-info.ts';
import { convolutionInfo, extentOf } from '../../tfjs/window-info.ts';
import type { CorrectedKernel, CorrectedKernels } from './kernel.ts';
import { elementsOf } from './kernel.ts';

interface Problem {
  readonly window: SlidingWindow;
  readonly x: Shape4D;
  /** [height, width, channels / groups, filters] */
  readonly filter: Shape4D;
  readonly y: Shape4D;
}

/** @returns `undefined` where tfjs's kernel knows dilations and positions too. */
function problemOf(
  x: readonly number[],
  filter: readonly number[],
  { shape: y }: TensorInfo,
  attributes: NamedAttrMap,
  depthwise: boolean,
): Problem | undefined {
  const given = attributes as unknown as ConvolutionAttributes;
  const info = convolutionInfo(x, filter, given, depthwise, extentOf(y));
  const dilated = info.dilationHeight > 1 || info.dilationWidth > 1;
  if (!dilated && info.outHeight === y[1] && info.outWidth === y[2]) return undefined;
  const { window } = slidingOf(info, extentOf(y));
  const [height = 1, width = 1, channels = 1, filters = 1] = filter;
  const shape: Shape4D = depthwise ? [height, width, 1, channels * filters] : [height, width, channels, filters];
  return { window, x: x as Shape4D, filter: shape, y: y as Shape4D };
}

/** Calls back with the offsets of every input, weight and output that a convolution joins. */
function visit({ window, x, filter, y }: Problem, join: (x: number, w: number, y: number) => void): void {
  const [batch, height, width, channels] = x;
  const [down, across, share, filters] = filter;
  const [, rows, columns] = y;
  const { strides, dilations, padding } = window;
  const eachGroup = filters / (channels / share);
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < rows * columns; i++) {
      const [row, column] = [Math.floor(i / columns), i % columns];
      for (let tap = 0; tap < down * across; tap++) {
        const h = row * strides[0] + Math.floor(tap / across) * dilations[0] - padding[0];
        const w = column * strides[1] + (tap % across) * dilations[1] - padding[2];
        if (h < 0 || w < 0 || h >= height || w >= width) continue;
        const pixel = ((n * height + h) * width + w) * channels;
        for (let o = 0; o < filters; o++) {
          const group = Math.floor(o / eachGroup);
          for (let c = 0; c < share; c++) {
            join(pixel + group * share + c, (tap * share + c) * filters + o, (n * rows * columns + i) * filters + o);
          }
        }
      }
    }
  }
}

function inputGradient(depthwise: boolean): CorrectedKernel {
  return ({ dy, filter }, attributes, backend) => {
    const [gradient, weights] = [dy as TensorInfo, filter as TensorInfo];
    const { inputShape } = attributes as unknown as { readonly inputShape: Shape4D };
    const problem = problemOf(inputShape, weights.shape, gradient, attributes, depthwise);
    if (problem === undefined) return undefined;
    const [slopes, factors] = [elementsOf(backend, gradient), elementsOf(backend, weights)];
    const dx = new Float64Array(elementCount(inputShape));
    visit(problem, (x, w, y) => {
      dx[x] = (dx[x] as number) + (slopes[y] as number) * (factors[w] as number);
    });
    return backend.makeTensorInfo(inputShape, 'float32', Float32Array.from(dx));
  };
}

function filterGradient(depthwise: boolean): CorrectedKernel {
  return ({ x: maps, dy }, attributes, backend) => {
    const [images, gradient] = [maps as TensorInfo, dy as TensorInfo];
    const { filterShape } = attributes as unknown as { readonly filterShape: Shape4D };
    const problem = problemOf(images.shape, filterShape, gradient, attributes, depthwise);
    if (problem === undefined) return undefined;
    const [pixels, slopes] = [elementsOf(backend, images), elementsOf(backend, gradient)];
    const dw = new Float64Array(elementCount(filterShape));
    visit(problem, (x, w, y) => {
      dw[w] = (dw[w] as number) + (pixels[x] as number) * (slopes[y] as number);
    });
    return backend.makeTensorInfo(filterShape, 'float32', Float32Array.from(dw));
  };
}

/** tfjs's gradients of convolutions ignore dilations, and rows that rounding up has added. */
export const convolutionGradientKernels: CorrectedKernels = {
  Conv2DBackpropInput: inputGradient(false),
  Conv2DBackpropFilter: filterGradient(false),
  DepthwiseConv2dNativeBackpropInput: inputGradient(true),
  DepthwiseConv2dNativeBackpropFilter: filterGradient(true),
};
