import type { Conv2DAttrs, NamedAttrMap, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { backend_util, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Extent } from './extent.ts';
import { fitted, fittedShape, unfitted } from './extent.ts';
import type { TensorFlowKernel, TensorFlowKernels } from './kernel.ts';
import { execute } from './kernel.ts';
import { gathered, spread } from './spread.ts';

type Shape4D = [number, number, number, number];
type Pair = readonly [vertical: number, horizontal: number];
type Attributes = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> & Partial<Pick<Conv2DAttrs, 'dilations'>>;

/**
 * TensorFlow's depthwise convolutions want equal strides, and no dilations on the CPU. What they do not have is made of
 * what they have: a filter with zeros between its elements, and a result of which only some rows are kept.
 */
interface Problem {
  readonly extent: Extent;
  readonly dilations: Pair;
  /** Of TensorFlow's operation. */
  readonly stride: number;
  /** Of the rows and columns that are kept of its result. */
  readonly kept: Pair;
  readonly values: Readonly<Record<string, string | readonly number[]>>;
}

const float32 = { T: 'float32' } as const;

/** @param y the output's shape where it is known, as in gradients. */
function problemOf(
  x: readonly number[],
  filter: readonly number[],
  y: readonly number[] | undefined,
  attributes: NamedAttrMap,
): Problem {
  const { strides, pad, dimRoundingMode, dilations } = attributes as unknown as Attributes;
  const info = backend_util.computeConv2DInfo(
    [...x] as Shape4D,
    [...filter] as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode ?? (y === undefined ? undefined : 'floor'),
    true,
  );
  const [rows, columns] = y === undefined ? [info.outHeight, info.outWidth] : [y[1] ?? 0, y[2] ?? 0];
  const { top, left } = info.padInfo;
  const equal = info.strideHeight === info.strideWidth;
  const stride = equal ? info.strideHeight : 1;
  return {
    // Neither 'same' nor the rows that no window reaches may be left to TensorFlow, whose stride may be another.
    extent: {
      padding: 'VALID',
      rows: [top, (rows - 1) * info.strideHeight + info.effectiveFilterHeight - info.inHeight - top],
      columns: [left, (columns - 1) * info.strideWidth + info.effectiveFilterWidth - info.inWidth - left],
    },
    dilations: [info.dilationHeight, info.dilationWidth],
    stride,
    kept: equal ? [1, 1] : [info.strideHeight, info.strideWidth],
    values: { strides: [1, stride, stride, 1], padding: 'VALID', data_format: 'NHWC' },
  };
}

const onBoth = (x: Tensor, axis: number, factors: Pair, along: typeof spread): Tensor4D =>
  along(along(x, axis, factors[0]), axis + 1, factors[1]) as Tensor4D;

const forward: TensorFlowKernel = ({ x, filter }, attributes, backend) =>
  tidy(() => {
    const [image, weights] = [x as Tensor4D, filter as Tensor4D];
    const { extent, dilations, kept, values } = problemOf(image.shape, weights.shape, undefined, attributes);
    const operands = [fitted(image, extent, 0), onBoth(weights, 0, dilations, spread)];
    return onBoth(execute(backend, 'DepthwiseConv2dNative', operands, float32, values), 1, kept, gathered);
  });

const inputGradient: TensorFlowKernel = ({ dy, filter }, attributes, backend) =>
  tidy(() => {
    const [gradient, weights] = [dy as Tensor4D, filter as Tensor4D];
    const inputShape = attributes['inputShape'] as number[];
    const { extent, dilations, kept, values } = problemOf(inputShape, weights.shape, gradient.shape, attributes);
    const size = tensor1d(fittedShape(inputShape, extent), 'int32');
    const operands = [size, onBoth(weights, 0, dilations, spread), onBoth(gradient, 1, kept, spread)];
    const dx = execute(backend, 'DepthwiseConv2dNativeBackpropInput', operands, float32, values);
    return unfitted(dx, extent);
  });

const filterGradient: TensorFlowKernel = ({ x, dy }, attributes, backend) =>
  tidy(() => {
    const [image, gradient] = [x as Tensor4D, dy as Tensor4D];
    const filterShape = attributes['filterShape'] as Shape4D;
    const { extent, dilations, kept, values } = problemOf(image.shape, filterShape, gradient.shape, attributes);
    const [height, width, ...rest] = filterShape;
    const reach = [(height - 1) * dilations[0] + 1, (width - 1) * dilations[1] + 1, ...rest];
    const operands = [fitted(image, extent, 0), tensor1d(reach, 'int32'), onBoth(gradient, 1, kept, spread)];
    const dw = execute(backend, 'DepthwiseConv2dNativeBackpropFilter', operands, float32, values);
    return onBoth(dw, 0, dilations, gathered);
  });

/** Depthwise convolutions of any padding, strides and dilations, and their gradients. */
export const depthwiseConvolutionKernels: TensorFlowKernels = {
  DepthwiseConv2dNative: forward,
  DepthwiseConv2dNativeBackpropInput: inputGradient,
  DepthwiseConv2dNativeBackpropFilter: filterGradient,
};
