import * as tf from '@tensorflow/tfjs-core';

/**
 * Scales each filter whose root mean square exceeds `radius` back to it (Zeiler & Fergus 2014, §3: radius 0.1 on inputs in
 * [−128, 128]).
 * @param filters [height, width, channels, filters]
 */
export function renormaliseFilters(filters: tf.Tensor, radius: number): tf.Tensor {
  const rms = tf.sqrt(tf.mean(tf.square(filters), [0, 1, 2], true));
  return tf.mul(filters, tf.div(radius, tf.maximum(rms, radius)));
}
