import type { ResizeBilinearAttrs } from '@tensorflow/tfjs-core';
import type { ResizeAttributes, ResizeWeights } from '../../tfjs/resize-weights.ts';
import { bilinearWeights, nearestWeights } from '../../tfjs/resize-weights.ts';
import type { Composition } from '../composition.ts';
import { compose } from '../composition.ts';
import type { SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

/**
 * Both axes of NHWC maps, one after the other, as products with matrices of weights; the gradient is the product with
 * their transposes.
 */
function resized(
  c: Composition,
  maps: SymbolicTensor,
  rows: readonly [matrix: SymbolicTensor, count: number],
  columns: readonly [matrix: SymbolicTensor, count: number],
): SymbolicTensor {
  const [batch = 1, height = 1, width = 1, channels = 1] = maps.shape;
  const flat = c.reshape(maps, [batch, height, width * channels]);
  const tall = c.reshape(c.matMul(rows[0], flat), [batch * rows[1], width, channels]);
  return c.reshape(c.matMul(columns[0], tall), [batch, rows[1], columns[1], channels]);
}

function resize(weights: ResizeWeights): TraceKernel {
  return (call) => {
    const c = compose(call);
    const images = c.cast(call.input('images'), 'float32');
    const [, height = 1, width = 1] = images.shape;
    const attributes = attributesOf<ResizeBilinearAttrs>(call);
    const [rows, columns] = attributes.size;
    const matrix = (to: number, from: number): readonly [SymbolicTensor, number] => [
      c.constant(weights(from, to, attributes), [to, from]),
      to,
    ];
    return resized(c, images, matrix(rows, height), matrix(columns, width));
  };
}

function resizeGradient(weights: ResizeWeights): TraceKernel {
  return (call) => {
    const c = compose(call);
    const dy = call.input('dy');
    const [, height = 1, width = 1] = call.input('images').shape;
    const [, rows = 1, columns = 1] = dy.shape;
    const attributes = attributesOf<ResizeAttributes>(call);
    const matrix = (to: number, from: number): readonly [SymbolicTensor, number] => [
      c.transpose(c.constant(weights(from, to, attributes), [to, from]), [1, 0]),
      from,
    ];
    return resized(c, dy, matrix(rows, height), matrix(columns, width));
  };
}

export const resizeKernels: TraceKernels = {
  ResizeBilinear: resize(bilinearWeights),
  ResizeBilinearGrad: resizeGradient(bilinearWeights),
  ResizeNearestNeighbor: resize(nearestWeights),
  ResizeNearestNeighborGrad: resizeGradient(nearestWeights),
};
