import type { Conv2DAttrs } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { Shape } from '../../step.ts';
import type { Extent, Sliding } from '../../tfjs/window.ts';
import { slidingOf } from '../../tfjs/window.ts';
import type { Composition } from '../composition.ts';
import { compose } from '../composition.ts';
import type { KernelCall, SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';
import { extentOf, requireNhwc, shapeWithoutEnd, withEnd, withoutEnd } from './sliding.ts';

type Shape4D = [number, number, number, number];

/** Of a convolution or of one of its gradients; tfjs's own gradients leave the dilations out, those of the engine do not. */
export type ConvolutionAttributes = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> & {
  readonly dilations?: Conv2DAttrs['dilations'];
  readonly dataFormat?: string;
  readonly inputShape?: Shape4D;
  readonly filterShape?: Shape4D;
};

export function convolutionInfo(
  x: Shape,
  filter: Shape,
  attributes: ConvolutionAttributes,
  depthwise: boolean,
  gradient: boolean,
): backend_util.Conv2DInfo {
  const { strides, dilations, pad, dimRoundingMode, dataFormat } = attributes;
  requireNhwc(dataFormat);
  return backend_util.computeConv2DInfo(
    [...x] as Shape4D,
    [...filter] as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    // A gradient's positions are known, and a size that does not fit would be refused without a rounding.
    dimRoundingMode ?? (gradient ? 'floor' : undefined),
    depthwise,
    'channelsLast',
  );
}

/** A depthwise filter [height, width, channels, multiplier] as that of as many groups as channels. */
function grouped(c: Composition, filter: SymbolicTensor): SymbolicTensor {
  const [height = 1, width = 1, channels = 1, multiplier = 1] = filter.shape;
  return c.reshape(filter, [height, width, 1, channels * multiplier]);
}

export function convolution(
  call: KernelCall,
  x: SymbolicTensor,
  filter: SymbolicTensor,
  attributes: ConvolutionAttributes,
  depthwise: boolean,
): SymbolicTensor {
  const c = compose(call);
  const info = convolutionInfo(x.shape, filter.shape, attributes, depthwise, false);
  const { window, cut } = slidingOf(info);
  const groups = depthwise ? (x.shape[3] ?? 1) : 1;
  const operands = [withoutEnd(c, x, cut), depthwise ? grouped(c, filter) : filter];
  return call.record({ kind: 'Conv2D', window, groups }, operands, info.outShape, 'float32');
}

function forward(depthwise: boolean): TraceKernel {
  return (call) =>
    convolution(call, call.input('x'), call.input('filter'), attributesOf<ConvolutionAttributes>(call), depthwise);
}

function gradientSliding(x: Shape, filter: Shape, dy: Shape, call: KernelCall, depthwise: boolean): Sliding {
  const info = convolutionInfo(x, filter, attributesOf<ConvolutionAttributes>(call), depthwise, true);
  const positions: Extent = extentOf(dy);
  return slidingOf(info, positions);
}

function inputGradient(depthwise: boolean): TraceKernel {
  return (call) => {
    const c = compose(call);
    const [dy, filter] = [call.input('dy'), call.input('filter')];
    const { inputShape } = attributesOf<ConvolutionAttributes>(call) as { readonly inputShape: Shape4D };
    const { window, cut } = gradientSliding(inputShape, filter.shape, dy.shape, call, depthwise);
    const groups = depthwise ? inputShape[3] : 1;
    const operands = [dy, depthwise ? grouped(c, filter) : filter];
    const shape = shapeWithoutEnd(inputShape, cut);
    return withEnd(c, call.record({ kind: 'Conv2DBackpropInput', window, groups }, operands, shape, 'float32'), cut);
  };
}

function filterGradient(depthwise: boolean): TraceKernel {
  return (call) => {
    const c = compose(call);
    const [x, dy] = [call.input('x'), call.input('dy')];
    const { filterShape } = attributesOf<ConvolutionAttributes>(call) as { readonly filterShape: Shape4D };
    const { window, cut } = gradientSliding(x.shape, filterShape, dy.shape, call, depthwise);
    const [height, width, channels, multiplier] = filterShape;
    const groups = depthwise ? channels : 1;
    const shape = depthwise ? [height, width, 1, channels * multiplier] : filterShape;
    const operands = [withoutEnd(c, x, cut), dy];
    const dw = call.record({ kind: 'Conv2DBackpropFilter', window, groups }, operands, [...shape], 'float32');
    return c.reshape(dw, [...filterShape]);
  };
}

export const convolutionKernels: TraceKernels = {
  Conv2D: forward(false),
  Conv2DBackpropInput: inputGradient(false),
  Conv2DBackpropFilter: filterGradient(false),
  DepthwiseConv2dNative: forward(true),
  DepthwiseConv2dNativeBackpropInput: inputGradient(true),
  DepthwiseConv2dNativeBackpropFilter: filterGradient(true),
};
