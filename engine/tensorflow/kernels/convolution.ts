import type { Conv2DAttrs, NamedAttrMap, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { backend_util, pad, reshape, slice, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Extent } from './extent.ts';
import { extentOf, fitted, fittedShape, unfitted } from './extent.ts';
import type { TensorFlowKernel, TensorFlowKernels } from './kernel.ts';
import { execute } from './kernel.ts';

type Shape4D = [number, number, number, number];
/** tfjs's own gradients pass no dilations; those of the engine do, and they count. */
type Attributes = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> & Partial<Pick<Conv2DAttrs, 'dilations'>>;

interface Problem {
  readonly extent: Extent;
  readonly dilations: readonly [number, number];
  /** Attributes of TensorFlow's operation, without dilations. */
  readonly values: Readonly<Record<string, string | boolean | readonly number[]>>;
}

function problemOf(x: readonly number[], w: readonly number[], y: readonly number[] | undefined, attrs: NamedAttrMap) {
  const { strides, pad: padding, dimRoundingMode, dilations = 1 } = attrs as unknown as Attributes;
  const info = backend_util.computeConv2DInfo(
    [...x] as Shape4D,
    [...w] as Shape4D,
    strides,
    dilations,
    padding,
    // Gradients of tfjs leave the rounding out, which matters only for the output's size: theirs is known.
    y === undefined ? dimRoundingMode : 'floor',
    false,
    'channelsLast',
  );
  const extent = extentOf(info, y === undefined ? [info.outHeight, info.outWidth] : [y[1] ?? 0, y[2] ?? 0]);
  const problem: Problem = {
    extent,
    dilations: [info.dilationHeight, info.dilationWidth],
    values: {
      strides: [1, info.strideHeight, info.strideWidth, 1],
      padding: extent.padding,
      data_format: 'NHWC',
      use_cudnn_on_gpu: true,
    },
  };
  return problem;
}

const float32 = { T: 'float32' } as const;

const conv2D: TensorFlowKernel = ({ x, filter }, attributes, backend) =>
  tidy(() => {
    const [image, kernel] = [x as Tensor4D, filter as Tensor4D];
    const { extent, dilations, values } = problemOf(image.shape, kernel.shape, undefined, attributes);
    return execute(backend, 'Conv2D', [fitted(image, extent, 0), kernel], float32, {
      ...values,
      dilations: [1, ...dilations, 1],
    });
  });

const conv2DBackpropInput: TensorFlowKernel = ({ dy, filter }, attributes, backend) =>
  tidy(() => {
    const [gradient, kernel] = [dy as Tensor4D, filter as Tensor4D];
    const inputShape = attributes['inputShape'] as number[];
    const { extent, dilations, values } = problemOf(inputShape, kernel.shape, gradient.shape, attributes);
    const size = tensor1d(fittedShape(inputShape, extent), 'int32');
    const dx = execute(backend, 'Conv2DBackpropInput', [size, dilated(kernel, dilations), gradient], float32, values);
    return unfitted(dx, extent);
  });

const conv2DBackpropFilter: TensorFlowKernel = ({ x, dy }, attributes, backend) =>
  tidy(() => {
    const [image, gradient] = [x as Tensor4D, dy as Tensor4D];
    const filterShape = attributes['filterShape'] as Shape4D;
    const { extent, dilations, values } = problemOf(image.shape, filterShape, gradient.shape, attributes);
    const size = tensor1d(dilatedShape(filterShape, dilations), 'int32');
    const inputs = [fitted(image, extent, 0), size, gradient];
    return undilated(execute(backend, 'Conv2DBackpropFilter', inputs, float32, values), filterShape, dilations);
  });

/**
 * TensorFlow's CPU has gradients of dilated convolutions only through oneDNN, so the filter itself is spread out:
 * `dilation - 1` zeros between its elements.
 */
function dilated(filter: Tensor4D, dilations: readonly [number, number]): Tensor4D {
  if (dilations[0] === 1 && dilations[1] === 1) return filter;
  const [height, width, inputs, outputs] = filter.shape;
  const apart = reshape(filter, [height, 1, width, 1, inputs * outputs]);
  const spread: Tensor = pad(apart, [
    [0, 0],
    [0, dilations[0] - 1],
    [0, 0],
    [0, dilations[1] - 1],
    [0, 0],
  ]);
  const whole = reshape(spread, [height * dilations[0], width * dilations[1], inputs, outputs]) as Tensor4D;
  return slice(whole, [0, 0, 0, 0], dilatedShape(filter.shape, dilations));
}

/** Elements of a spread filter that belong to the filter: the gradient of `dilated`. */
function undilated(spread: Tensor4D, filterShape: Shape4D, dilations: readonly [number, number]): Tensor4D {
  if (dilations[0] === 1 && dilations[1] === 1) return spread;
  const [height, width, inputs, outputs] = filterShape;
  const whole = pad(spread, [
    [0, dilations[0] - 1],
    [0, dilations[1] - 1],
    [0, 0],
    [0, 0],
  ]);
  const apart = reshape(whole, [height, dilations[0], width, dilations[1], inputs * outputs]);
  return reshape(slice(apart, [0, 0, 0, 0, 0], [height, 1, width, 1, inputs * outputs]), filterShape);
}

function dilatedShape([height, width, inputs, outputs]: Shape4D, dilations: readonly [number, number]): Shape4D {
  return [(height - 1) * dilations[0] + 1, (width - 1) * dilations[1] + 1, inputs, outputs];
}

/** Convolutions of any padding, also in their gradients, which the package refuses; dilations too. */
export const convolutionKernels: TensorFlowKernels = {
  Conv2D: conv2D,
  Conv2DBackpropInput: conv2DBackpropInput,
  Conv2DBackpropFilter: conv2DBackpropFilter,
};
