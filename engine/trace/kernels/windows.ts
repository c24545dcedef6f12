import type {
  AvgPoolAttrs,
  Conv2DAttrs,
  Conv2DBackpropFilterAttrs,
  Conv2DBackpropInputAttrs,
  LRNAttrs,
  MaxPoolAttrs,
} from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import type { SlidingWindow } from '../../graph/operation.ts';
import type { Shape } from '../../step.ts';
import type { TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

type Shape4D = [number, number, number, number];
type WindowInfo = backend_util.Conv2DInfo;

/**
 * @throws EngineError STEP_UNTRACEABLE where tfjs's output size is not that of its own window: for a pad given as a
 *   number it takes the height's filter and stride for the width too.
 */
function windowOf(info: WindowInfo): SlidingWindow {
  const { top, bottom, left, right } = info.padInfo;
  const rows = Math.floor((info.inHeight + top + bottom - info.effectiveFilterHeight) / info.strideHeight) + 1;
  const columns = Math.floor((info.inWidth + left + right - info.effectiveFilterWidth) / info.strideWidth) + 1;
  if (rows !== info.outHeight || columns !== info.outWidth) {
    throw new EngineError(
      'STEP_UNTRACEABLE',
      `Expected ${rows}×${columns} positions of a window, got TensorFlow.js's ${info.outHeight}×${info.outWidth}. ` +
        "Use the pad 'same' or 'valid', or tf.pad, for windows that are not square.",
    );
  }
  return {
    filter: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    padding: [top, bottom, left, right],
  };
}

function convolutionInfo(
  x: Shape,
  filter: Shape,
  attributes: Omit<Conv2DAttrs, 'dilations'> & { readonly dilations?: Conv2DAttrs['dilations'] },
): WindowInfo {
  const { strides, dilations = 1, pad, dimRoundingMode, dataFormat } = attributes;
  if (dataFormat !== 'NHWC') {
    throw new EngineError(
      'STEP_UNTRACEABLE',
      `Expected the data format of a convolution to be NHWC, got ${dataFormat}.`,
    );
  }
  return backend_util.computeConv2DInfo(
    [...x] as Shape4D,
    [...filter] as Shape4D,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    false,
    'channelsLast',
  );
}

const conv2D: TraceKernel = (call) => {
  const x = call.input('x');
  const filter = call.input('filter');
  const info = convolutionInfo(x.shape, filter.shape, attributesOf<Conv2DAttrs>(call));
  return call.record({ kind: 'Conv2D', window: windowOf(info) }, [x, filter], info.outShape, 'float32');
};

const conv2DBackpropInput: TraceKernel = (call) => {
  const dy = call.input('dy');
  const filter = call.input('filter');
  const attributes = attributesOf<Conv2DBackpropInputAttrs>(call);
  const window = windowOf(convolutionInfo(attributes.inputShape, filter.shape, attributes));
  return call.record({ kind: 'Conv2DBackpropInput', window }, [dy, filter], [...attributes.inputShape], 'float32');
};

const conv2DBackpropFilter: TraceKernel = (call) => {
  const x = call.input('x');
  const dy = call.input('dy');
  const attributes = attributesOf<Conv2DBackpropFilterAttrs>(call);
  const window = windowOf(convolutionInfo(x.shape, attributes.filterShape, attributes));
  return call.record({ kind: 'Conv2DBackpropFilter', window }, [x, dy], [...attributes.filterShape], 'float32');
};

function poolingInfo(x: Shape, { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs | AvgPoolAttrs): WindowInfo {
  return backend_util.computePool2DInfo([...x] as Shape4D, filterSize, strides, 1, pad, dimRoundingMode);
}

function pool(kind: 'MaxPool' | 'AvgPool'): TraceKernel {
  return (call) => {
    const x = call.input('x');
    const info = poolingInfo(x.shape, attributesOf<MaxPoolAttrs>(call));
    return call.record({ kind, window: windowOf(info) }, [x], info.outShape, x.dtype);
  };
}

const maxPoolGrad: TraceKernel = (call) => {
  const x = call.input('input');
  const window = windowOf(poolingInfo(x.shape, attributesOf<MaxPoolAttrs>(call)));
  return call.record({ kind: 'MaxPoolGrad', window }, [call.input('dy'), x, call.input('output')], x.shape, x.dtype);
};

const avgPoolGrad: TraceKernel = (call) => {
  const x = call.input('input');
  const window = windowOf(poolingInfo(x.shape, attributesOf<AvgPoolAttrs>(call)));
  return call.record({ kind: 'AvgPoolGrad', window }, [call.input('dy')], x.shape, x.dtype);
};

const lrn: TraceKernel = (call) => {
  const x = call.input('x');
  const { depthRadius, bias, alpha, beta } = attributesOf<LRNAttrs>(call);
  return call.record({ kind: 'LRN', depthRadius, bias, alpha, beta }, [x], x.shape, x.dtype);
};

const lrnGrad: TraceKernel = (call) => {
  const x = call.input('x');
  const { depthRadius, bias, alpha, beta } = attributesOf<LRNAttrs>(call);
  const operands = [x, call.input('y'), call.input('dy')];
  return call.record({ kind: 'LRNGrad', depthRadius, bias, alpha, beta }, operands, x.shape, x.dtype);
};

export const windowKernels: TraceKernels = {
  Conv2D: conv2D,
  Conv2DBackpropInput: conv2DBackpropInput,
  Conv2DBackpropFilter: conv2DBackpropFilter,
  MaxPool: pool('MaxPool'),
  AvgPool: pool('AvgPool'),
  MaxPoolGrad: maxPoolGrad,
  AvgPoolGrad: avgPoolGrad,
  LRN: lrn,
  LRNGrad: lrnGrad,
};
