import * as tf from '@tensorflow/tfjs-core';
import type { Layer, NetworkDescription } from '../../../core/networks/description.ts';
import { biasOf, kernelOf } from '../../../core/networks/weights.ts';
import type { NamedTensors } from '../../../engine/step.ts';

/** Multiplies the activations of each dropout layer, by layer name; without masks nothing is dropped. */
export type DropoutMasks = NamedTensors;

/**
 * The network as TensorFlow.js operations.
 * @param images [batch, side, side, channels]
 * @returns logits, [batch, classes]
 */
export function forward(
  description: NetworkDescription,
  weights: NamedTensors,
  images: tf.Tensor,
  masks?: DropoutMasks,
): tf.Tensor2D {
  const logits = description.layers.reduce((x, layer) => apply(layer, x, weights, masks), images);
  return logits as tf.Tensor2D;
}

function apply(layer: Layer, x: tf.Tensor, weights: NamedTensors, masks: DropoutMasks | undefined): tf.Tensor {
  switch (layer.kind) {
    case 'conv': {
      const filters = named(weights, kernelOf(layer.name)) as tf.Tensor4D;
      const y = tf.add(tf.conv2d(x as tf.Tensor4D, filters, 1, layer.pad), named(weights, biasOf(layer.name)));
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
      return tf.maxPool(x as tf.Tensor4D, layer.size, layer.stride, 'valid');
    case 'flatten':
      return tf.reshape(x, [x.shape[0] ?? 0, -1]);
    case 'dropout':
      return masks === undefined ? x : tf.mul(x, named(masks, layer.name));
  }
}

export function named(tensors: NamedTensors, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`Expected a tensor named ${name}, got none.`);
  return tensor;
}
