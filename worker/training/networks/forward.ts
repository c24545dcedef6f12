import * as tf from '@tensorflow/tfjs-core';
import { connect } from '../../../core/networks/connections.ts';
import type { Layer, NetworkDescription } from '../../../core/networks/description.ts';
import { IMAGE } from '../../../core/networks/description.ts';
import { inferShapes } from '../../../core/networks/shapes.ts';
import { biasOf, kernelOf } from '../../../core/networks/weights.ts';
import type { NamedTensors } from '../../../engine/step.ts';
import { named } from './named.ts';
import { groupedConvolution, pool } from './windows.ts';

/** For each dropout layer, by name: 1 for the activations that are kept, 0 for the others; without masks nothing is dropped. */
export type DropoutMasks = NamedTensors;

/**
 * The network as TensorFlow.js operations.
 * @param images [batch, side, side, channels]
 * @returns scores, [batch, classes]: of the last layer first, then of each auxiliary head.
 */
export function forward(
  description: NetworkDescription,
  weights: NamedTensors,
  images: tf.Tensor,
  masks?: DropoutMasks,
): readonly [tf.Tensor2D, ...tf.Tensor2D[]] {
  const activations = activate(description, images, (layer, inputs) => apply(layer, inputs, weights, masks));
  const last = description.layers.at(-1)?.name ?? IMAGE;
  const auxiliary = (description.auxiliaryHeads ?? []).map(({ layer }) => named(activations, layer) as tf.Tensor2D);
  return [named(activations, last) as tf.Tensor2D, ...auxiliary];
}

/**
 * The network with every fully connected layer as a convolution, over images of any size.
 * @param images [batch, height, width, channels], at least the network's side.
 * @returns scores, [batch, classes], averaged over all positions of the network on the image.
 */
export function forwardDensely(description: NetworkDescription, weights: NamedTensors, images: tf.Tensor): tf.Tensor2D {
  const mapOf = new Map(inferShapes(description).map(({ layer, input }) => [layer.name, input]));
  /** Of the map that the last flatten took in; 1×1 behind the first fully connected layer. */
  let window: readonly number[] = [1, 1];
  const activations = activate(description, images, (layer, inputs) => {
    const x = inputs[0] as tf.Tensor4D;
    if (layer.kind === 'flatten') {
      window = (mapOf.get(layer.name) ?? []).slice(0, 2);
      return x;
    }
    if (layer.kind !== 'dense' || x.rank !== 4) return apply(layer, inputs, weights, undefined);
    const kernel = named(weights, kernelOf(layer.name));
    const [height = 1, width = 1] = window;
    window = [1, 1];
    const filters = tf.reshape(kernel, [height, width, x.shape[3], layer.units]) as tf.Tensor4D;
    const y = tf.add(tf.conv2d(x, filters, 1, 'valid'), named(weights, biasOf(layer.name)));
    return layer.relu ? tf.relu(y) : y;
  });
  const scores = named(activations, description.layers.at(-1)?.name ?? IMAGE);
  return (scores.rank === 4 ? tf.mean(scores, [1, 2]) : scores) as tf.Tensor2D;
}

/** Every layer's activation by its name. */
function activate(
  description: NetworkDescription,
  images: tf.Tensor,
  run: (layer: Layer, inputs: readonly tf.Tensor[]) => tf.Tensor,
): NamedTensors {
  const known: Record<string, tf.Tensor> = { [IMAGE]: images };
  for (const { layer, sources } of connect(description)) {
    known[layer.name] = run(
      layer,
      sources.map((source) => named(known, source)),
    );
  }
  return known;
}

/** What is kept is multiplied by 1 / (1 − rate), so that evaluation needs no rescaling. */
function invertedDropout(mask: tf.Tensor, rate: number): tf.Tensor {
  return tf.mul(tf.cast(mask, 'float32'), 1 / (1 - rate));
}

function apply(
  layer: Layer,
  inputs: readonly tf.Tensor[],
  weights: NamedTensors,
  masks: DropoutMasks | undefined,
): tf.Tensor {
  const x = inputs[0] as tf.Tensor;
  switch (layer.kind) {
    case 'conv': {
      const filters = named(weights, kernelOf(layer.name)) as tf.Tensor4D;
      const y = tf.add(groupedConvolution(x as tf.Tensor4D, filters, layer), named(weights, biasOf(layer.name)));
      return layer.relu ? tf.relu(y) : y;
    }
    case 'dense': {
      const y = tf.add(tf.matMul(x, named(weights, kernelOf(layer.name))), named(weights, biasOf(layer.name)));
      return layer.relu ? tf.relu(y) : y;
    }
    case 'lrn': {
      const radius = (layer.size - 1) / 2;
      return tf.localResponseNormalization(x as tf.Tensor4D, radius, layer.kappa, layer.alpha, layer.beta);
    }
    case 'max-pool':
    case 'average-pool':
      return pool(x as tf.Tensor4D, layer.kind, layer);
    case 'global-average-pool':
      return tf.mean(x, [1, 2]);
    case 'concat':
      return tf.concat([...inputs], 3);
    case 'flatten':
      return tf.reshape(x, [x.shape[0] ?? 0, -1]);
    case 'dropout':
      return masks === undefined ? x : tf.mul(x, invertedDropout(named(masks, layer.name), layer.rate));
  }
}
