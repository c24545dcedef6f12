import type { Shape } from '../../step.ts';
import type { Extent, Sliding } from '../../tfjs/window.ts';
import { slidingOf } from '../../tfjs/window.ts';
import type { ConvolutionAttributes, Shape4D } from '../../tfjs/window-info.ts';
import { convolutionInfo, extentOf } from '../../tfjs/window-info.ts';
import type { Composition } from '../composition.ts';
import { compose } from '../composition.ts';
import type { KernelCall, SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';
import { shapeWithoutEnd, withEnd, withoutEnd } from './sliding.ts';

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
  const info = convolutionInfo(x.shape, filter.shape, attributes, depthwise);
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
  const positions: Extent = extentOf(dy);
  const info = convolutionInfo(x, filter, attributesOf<ConvolutionAttributes>(call), depthwise, positions);
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
