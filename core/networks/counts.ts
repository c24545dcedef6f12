import type { NetworkDescription } from './description.ts';
import { inferShapes } from './shapes.ts';
import { listWeights } from './weights.ts';

const product = (shape: readonly number[]): number => shape.reduce((total, length) => total * length, 1);

/** Trainable numbers, biases included. */
export function countParameters(description: NetworkDescription): number {
  return listWeights(description).reduce((total, weight) => total + product(weight.shape), 0);
}

/** Convolutional and fully connected layers: the depth a VGG configuration is named by. */
export function countWeightLayers(description: NetworkDescription): number {
  return listWeights(description).filter((weight) => weight.role === 'kernel').length;
}

/** Multiply-accumulates of one image's forward pass, convolutions and fully connected layers only, padding included. */
export function countMultiplyAccumulates(description: NetworkDescription): number {
  const fanIns = new Map(listWeights(description).map((weight) => [weight.layer, weight.fanIn]));
  return inferShapes(description).reduce((total, { layer, output }) => {
    return total + product(output) * (fanIns.get(layer.name) ?? 0);
  }, 0);
}
