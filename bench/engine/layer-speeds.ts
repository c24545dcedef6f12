import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { inferShapes } from '../../core/networks/shapes.ts';
import type { Executor, HostTensor, Step } from '../../engine/mod.ts';
import { type Product, type ProductShapes, productStep } from '../../engine/probe/product-step.ts';
import { type Milliseconds, medianMs } from '../../engine/probe/time-step.ts';
import type { Subject } from './subjects.ts';

/** GFLOP/s of one layer's products, each run alone on maps as TensorFlow.js has them: what changes layouts is included. */
export interface LayerSpeed {
  /** Names of the layers that have this shape. */
  readonly layers: readonly string[];
  /** For example `3x3 64>64 @32x32`. */
  readonly shape: string;
  readonly forward: number;
  /** Absent for the first layer, whose input has no gradient. */
  readonly inputGradient?: number;
  readonly filterGradient: number;
}

export interface LayerReport {
  readonly net: string;
  /** GFLOP/s of a product of two large square matrices: the machine's measured peak. */
  readonly matmulPeak: number;
  readonly layers: readonly LayerSpeed[];
}

const REPETITION = { warmUps: 2, minRuns: 5 } as const;
const MATRIX = 1024;

export async function measureLayers(executor: Executor, subject: Subject, now: Milliseconds): Promise<LayerReport> {
  const layers: LayerSpeed[] = [];
  for (const { names, shapes, first } of distinctConvolutions(subject)) {
    const { x, w, y } = shapes;
    const [size = 1, , channels = 1, filters = 1] = w;
    const flops = 2 * count(y) * size * size * channels;
    const speed = async (product: Product): Promise<number> => {
      const ms = await medianMs(
        executor,
        productStep(product, shapes),
        randomState(shapes),
        NO_INPUTS,
        REPETITION,
        now,
      );
      return flops / ms / 1e6;
    };
    layers.push({
      layers: names,
      shape: `${size}x${size} ${channels}>${filters} @${x[1]}x${x[2]}`,
      forward: await speed('forward'),
      ...(first ? {} : { inputGradient: await speed('inputGradient') }),
      filterGradient: await speed('filterGradient'),
    });
  }
  return { net: subject.name, matmulPeak: await matmulSpeed(executor, now), layers };
}

interface Convolution {
  readonly names: string[];
  readonly shapes: ProductShapes;
  readonly first: boolean;
}

function distinctConvolutions({ description, batch }: Subject): readonly Convolution[] {
  const distinct = new Map<string, Convolution>();
  for (const { layer, input, output } of inferShapes(description)) {
    if (layer.kind !== 'conv') continue;
    const shapes = {
      x: [batch, ...input],
      w: [layer.size, layer.size, input[2] ?? 1, layer.filters],
      y: [batch, ...output],
    };
    const known = distinct.get(JSON.stringify(shapes));
    if (known === undefined)
      distinct.set(JSON.stringify(shapes), { names: [layer.name], shapes, first: distinct.size === 0 });
    else known.names.push(layer.name);
  }
  return [...distinct.values()];
}

async function matmulSpeed(executor: Executor, now: Milliseconds): Promise<number> {
  const square = [MATRIX, MATRIX];
  const spec = { shape: square, dtype: 'float32' } as const;
  const step: Step = {
    name: 'matrix product',
    signature: { state: { a: spec, b: spec, c: spec }, batch: {}, scalars: [], noise: {} },
    run: ({ state }) => {
      const c = tf.matMul(state.a as Tensor, state.b as Tensor);
      // One element is read, so that a device that works on by itself is waited for.
      return { state: { c }, metrics: { first: tf.slice(c, [0, 0], [1, 1]) } };
    },
  };
  const state = randomState({ a: square, b: square, c: square });
  return (2 * MATRIX ** 3) / (await medianMs(executor, step, state, NO_INPUTS, REPETITION, now)) / 1e6;
}

const NO_INPUTS = { batch: {}, scalars: {}, noise: {} };

/** Any numbers but zeros and denormal ones do. */
function randomState(shapes: Readonly<Record<string, readonly number[]>>): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { shape, data: Float32Array.from({ length: count(shape) }, (_, index) => ((index * 37) % 101) / 101 - 0.5) },
    ]),
  );
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
