import * as tf from '@tensorflow/tfjs-core';
import { named } from '../networks/named.ts';
import type { Optimiser } from './optimiser.ts';
import { decayedGradient, stepSize } from './regularised.ts';

/** The paper's defaults. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * Kingma & Ba, ICLR 2015, algorithm 1, weight decay as part of the gradient: m ← β1·m + (1−β1)·g; v ← β2·v + (1−β2)·g²;
 * w ← w − lr · (m / (1−β1^t)) / (√(v / (1−β2^t)) + ε). The two corrections are scalars of the step.
 */
export const adam: Optimiser = {
  slots: ['mean', 'variance'],
  scalars: ['learningRate', 'weightDecay', 'meanCorrection', 'varianceCorrection'],
  update(update) {
    const { beta1, beta2, epsilon } = ADAM;
    const slope = decayedGradient(update);
    const mean = tf.add(tf.mul(named(update.slots, 'mean'), beta1), tf.mul(slope, 1 - beta1));
    const variance = tf.add(tf.mul(named(update.slots, 'variance'), beta2), tf.mul(tf.square(slope), 1 - beta2));
    const unbiased = tf.div(mean, named(update.scalars, 'meanCorrection'));
    const deviation = tf.sqrt(tf.div(variance, named(update.scalars, 'varianceCorrection')));
    const move = tf.mul(stepSize(update), tf.div(unbiased, tf.add(deviation, epsilon)));
    return { weight: tf.sub(update.weight, move), slots: { mean, variance } };
  },
};

/** 1 − β^t of both moments. @param step 0-based. */
export function adamCorrections(step: number): {
  readonly meanCorrection: number;
  readonly varianceCorrection: number;
} {
  return { meanCorrection: 1 - ADAM.beta1 ** (step + 1), varianceCorrection: 1 - ADAM.beta2 ** (step + 1) };
}
