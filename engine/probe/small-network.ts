import type { Scalar, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, RunInputs } from '../executor.ts';
import { elementCount } from '../shape.ts';
import type { NamedTensors, Shape, Step, StepInputs, StepOutputs, TensorSpec } from '../step.ts';
import { createUniform } from './uniform.ts';

/** Convolutions 3×3 with bias and ReLU, each with a max-pool behind it, then one dense layer. */
export interface SmallNetwork {
  readonly name: string;
  readonly batch: number;
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  /** Filters of each convolution. */
  readonly filters: readonly number[];
  /** Side of the pools' windows; their stride is 2, so 3 makes them overlap. */
  readonly pool: 2 | 3;
  /** Local response normalisation before the first pool (Krizhevsky, Sutskever & Hinton 2012, §3.3). */
  readonly normalised: boolean;
}

/** State entry of a weight's velocity. */
export const velocityOf = (weight: string): string => `${weight}/velocity`;

/** Metric of a weight's gradient. */
export const gradientOf = (weight: string): string => `gradient ${weight}`;

/** Shape of every weight by name, in the order of the layers. */
export function weightShapes({ channels, classes, filters, side, pool }: SmallNetwork): Record<string, Shape> {
  const shapes: Record<string, Shape> = {};
  let [inputs, size] = [channels, side];
  for (const [index, outputs] of filters.entries()) {
    shapes[`conv${index + 1}/kernel`] = [3, 3, inputs, outputs];
    shapes[`conv${index + 1}/bias`] = [outputs];
    inputs = outputs;
    size = Math.floor((size - pool) / 2) + 1;
  }
  shapes['dense/kernel'] = [size * size * inputs, classes];
  shapes['dense/bias'] = [classes];
  return shapes;
}

/**
 * One training step: softmax cross-entropy, mean over the batch; v' = momentum·v − rate·g, w' = w + v'.
 * @param withGradients adds the gradient of each weight to the metrics.
 */
export function smallNetworkStep(network: SmallNetwork, withGradients: boolean): Step {
  const { name, batch, side, channels, classes } = network;
  const shapes = weightShapes(network);
  const spec = (shape: Shape): TensorSpec => ({ shape, dtype: 'float32' });
  const state = Object.fromEntries(
    Object.entries(shapes).flatMap(([weight, shape]) => [
      [weight, spec(shape)],
      [velocityOf(weight), spec(shape)],
    ]),
  );
  return {
    name,
    signature: {
      state,
      batch: { images: spec([batch, side, side, channels]), labels: spec([batch, classes]) },
      scalars: ['learningRate', 'momentum'],
      noise: {},
    },
    run: (inputs) => descend(network, Object.keys(shapes), inputs, withGradients),
  };
}

function descend(
  network: SmallNetwork,
  weights: readonly string[],
  { state, batch, scalars }: StepInputs,
  withGradients: boolean,
): StepOutputs {
  const lossOf = (...values: Tensor[]): Scalar => {
    const current = Object.fromEntries(weights.map((weight, index) => [weight, values[index] as Tensor]));
    const scores = forward(network, current, batch['images'] as Tensor4D);
    return tf.neg(tf.mean(tf.sum(tf.mul(batch['labels'] as Tensor, tf.logSoftmax(scores)), 1))) as Scalar;
  };
  const { value, grads } = tf.valueAndGrads(lossOf)(weights.map((weight) => state[weight] as Tensor));
  const next: Record<string, Tensor> = {};
  const metrics: Record<string, Tensor> = { loss: value };
  for (const [index, weight] of weights.entries()) {
    const gradient = grads[index] as Tensor;
    const velocity = tf.sub(
      tf.mul(state[velocityOf(weight)] as Tensor, scalars['momentum'] as Tensor),
      tf.mul(gradient, scalars['learningRate'] as Tensor),
    );
    next[velocityOf(weight)] = velocity;
    next[weight] = tf.add(state[weight] as Tensor, velocity);
    if (withGradients) metrics[gradientOf(weight)] = gradient;
  }
  return { state: next, metrics };
}

function forward({ filters, pool, normalised, batch }: SmallNetwork, weights: NamedTensors, images: Tensor4D): Tensor {
  let x = images;
  for (const index of filters.keys()) {
    const kernel = weights[`conv${index + 1}/kernel`] as Tensor4D;
    x = tf.relu(tf.add(tf.conv2d(x, kernel, 1, 'same'), weights[`conv${index + 1}/bias`] as Tensor));
    if (normalised && index === 0) x = tf.localResponseNormalization(x, 2, 1, 0.5, 0.75);
    x = tf.maxPool(x, pool, 2, 'valid');
  }
  const flat = tf.reshape(x, [batch, -1]) as Tensor2D;
  return tf.add(tf.matMul(flat, weights['dense/kernel'] as Tensor2D), weights['dense/bias'] as Tensor);
}

/** Everything a run takes, from a seed: He-like weights, velocities that are not 0, images with a black border. */
export function smallNetworkRun(
  network: SmallNetwork,
  seed: number,
): { readonly state: Record<string, HostTensor>; readonly inputs: RunInputs } {
  const uniform = createUniform(seed);
  const random = (shape: Shape, scale: number): HostTensor => ({
    shape,
    data: Float32Array.from({ length: elementCount(shape) }, () => scale * (2 * uniform() - 1)),
  });
  const state: Record<string, HostTensor> = {};
  for (const [weight, shape] of Object.entries(weightShapes(network))) {
    const fanIn = shape.length === 1 ? 100 : elementCount(shape.slice(0, -1));
    state[weight] = random(shape, Math.sqrt(6 / fanIn));
    state[velocityOf(weight)] = random(shape, 0.01);
  }
  const { batch, side, channels, classes } = network;
  const images = random([batch, side, side, channels], 1);
  blacken(images, 2);
  const labels: HostTensor = {
    shape: [batch, classes],
    data: Float32Array.from({ length: batch * classes }, (_, index) =>
      index % classes === Math.floor(index / classes) % classes ? 1 : 0,
    ),
  };
  return { state, inputs: { batch: { images, labels }, scalars: { learningRate: 0.1, momentum: 0.9 }, noise: {} } };
}

/** Sets a border to 0. Equal pixels make equal activations, so that max-pools meet ties. */
function blacken({ shape, data }: HostTensor, width: number): void {
  const [, side = 1, , channels = 1] = shape;
  for (let index = 0; index < data.length; index++) {
    const column = Math.floor(index / channels) % side;
    const row = Math.floor(index / (channels * side)) % side;
    if (Math.min(row, column, side - 1 - row, side - 1 - column) < width) data[index] = 0;
  }
}
