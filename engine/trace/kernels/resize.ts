import type { ResizeBilinearAttrs } from '@tensorflow/tfjs-core';
import type { Composition } from '../composition.ts';
import { compose } from '../composition.ts';
import type { SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

/** Bilinear and nearest-neighbour attributes are alike. */
type Attributes = Pick<ResizeBilinearAttrs, 'alignCorners' | 'halfPixelCenters'>;
/** Weights of the old places in each new one: a row for each new place. */
type Weights = (from: number, to: number, attributes: Attributes) => Float32Array;

function ratio(from: number, to: number, { alignCorners }: Attributes): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

const bilinear: Weights = (from, to, attributes) => {
  const scale = ratio(from, to, attributes);
  const weights = new Float32Array(to * from);
  for (let place = 0; place < to; place++) {
    const source = attributes.halfPixelCenters ? scale * (place + 0.5) - 0.5 : scale * place;
    const lower = Math.max(0, Math.floor(source));
    const upper = Math.min(from - 1, Math.ceil(source));
    const share = lower === upper ? 0 : source - lower;
    const row = place * from;
    weights[row + lower] = (weights[row + lower] ?? 0) + 1 - share;
    weights[row + upper] = (weights[row + upper] ?? 0) + share;
  }
  return weights;
};

const nearest: Weights = (from, to, attributes) => {
  const scale = ratio(from, to, attributes);
  const weights = new Float32Array(to * from);
  for (let place = 0; place < to; place++) {
    const source = scale * (attributes.halfPixelCenters ? place + 0.5 : place);
    const chosen = attributes.alignCorners ? Math.round(source) : Math.floor(source);
    weights[place * from + Math.min(from - 1, Math.max(0, chosen))] = 1;
  }
  return weights;
};

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

function resize(weights: Weights): TraceKernel {
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

function resizeGradient(weights: Weights): TraceKernel {
  return (call) => {
    const c = compose(call);
    const dy = call.input('dy');
    const [, height = 1, width = 1] = call.input('images').shape;
    const [, rows = 1, columns = 1] = dy.shape;
    const attributes = attributesOf<Attributes>(call);
    const matrix = (to: number, from: number): readonly [SymbolicTensor, number] => [
      c.transpose(c.constant(weights(from, to, attributes), [to, from]), [1, 0]),
      from,
    ];
    return resized(c, dy, matrix(rows, height), matrix(columns, width));
  };
}

export const resizeKernels: TraceKernels = {
  ResizeBilinear: resize(bilinear),
  ResizeBilinearGrad: resizeGradient(bilinear),
  ResizeNearestNeighbor: resize(nearest),
  ResizeNearestNeighborGrad: resizeGradient(nearest),
};
