import * as tf from '@tensorflow/tfjs-core';
import { connect } from '../../../core/networks/connections.ts';
import type { Layer, NetworkDescription } from '../../../core/networks/description.ts';
import { IMAGE } from '../../../core/networks/description.ts';
import { biasOf, kernelOf } from '../../../core/networks/weights.ts';
import type { NamedTensors } from '../../../engine/step.ts';
import { groupedConvolution, pool } from './windows.ts';

/** Multiplies the activations of each dropout layer, by layer name; without masks nothing is dropped. */
export type DropoutMasks = NamedTensors;

/**
 * The network as TensorFlow.js operations.
 * @param images [batch, side, side, channels]
 * @returns logits, [batch, classes]: of the last layer first, then of each auxiliary head.
 */
export function forward(
  description: NetworkDescription,
  weights: NamedTensors,
  images: tf.Tensor,
  masks?: DropoutMasks,
): readonly [tf.Tensor2D, ...tf.Tensor2D[]] {
  const known: Record<string, tf.Tensor> = { [IMAGE]: images };
  let last = images;
  for (const { layer, sources } of connect(description)) {
    last = apply(
      layer,
      sources.map((source) => named(known, source)),
      weights,
      masks,
    );
    known[layer.name] = last;
  }
  const auxiliary = (description.auxiliaryHeads ?? []).map(({ layer }) => named(known, layer) as tf.Tensor2D);
  return [last as tf.Tensor2D, ...auxiliary];
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
      return masks === undefined ? x : tf.mul(x, named(masks, layer.name));
  }
}

export function named(tensors: NamedTensors, name: string): tf.Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`Expected a tensor named ${name}, got none.`);
  return tensor;
}
