import * as tf from '@tensorflow/tfjs-core';
import { named } from '../networks/named.ts';
import type { Optimiser } from './optimiser.ts';
import { decayedGradient, stepSize } from './regularised.ts';

/**
 * Stochastic gradient descent with momentum, in Caffe's and Krizhevsky's form: v ← μ·v − lr·(g + λ·w); w ← w + v, so a
 * later change of the learning rate does not rescale the velocity (PyTorch's does).
 */
export const sgd: Optimiser = {
  slots: ['velocity'],
  scalars: ['learningRate', 'momentum', 'weightDecay'],
  update(update) {
    const slope = decayedGradient(update);
    const momentum = named(update.scalars, 'momentum');
    const velocity = tf.sub(tf.mul(momentum, named(update.slots, 'velocity')), tf.mul(stepSize(update), slope));
    return { weight: tf.add(update.weight, velocity), slots: { velocity } };
  },
};
