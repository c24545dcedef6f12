import * as tf from '@tensorflow/tfjs-core';
import { named } from '../networks/named.ts';
import type { WeightUpdate } from './optimiser.ts';

/** The gradient with the slope of ½·λ·‖w‖² added, where the weight has a decay. */
export function decayedGradient({ weight, gradient, scalars, decayMultiplier }: WeightUpdate): tf.Tensor {
  if (decayMultiplier === 0) return gradient;
  return tf.add(gradient, tf.mul(times(named(scalars, 'weightDecay'), decayMultiplier), weight));
}

/** The learning rate of this weight. */
export function stepSize({ scalars, rateMultiplier }: WeightUpdate): tf.Tensor {
  return times(named(scalars, 'learningRate'), rateMultiplier);
}

function times(scalar: tf.Tensor, factor: number): tf.Tensor {
  return factor === 1 ? scalar : tf.mul(scalar, factor);
}
