import * as tf from '@tensorflow/tfjs-core';
import type { Normalisation } from '../../../core/catalogue/datasets.ts';

/** What a network sees of the grey levels p of an image: (p − mean) · scale. Part of the step, so that batches stay bytes. */
export interface PixelScaling {
  /** Grey levels: one for each channel. */
  readonly mean: readonly number[];
  /** One for each channel. */
  readonly scale: readonly number[];
}

/** (p/255 − mean)/deviation, or p − 255·mean. */
export type NormalisationMode = 'standardise' | 'subtract-mean';

export function scalingOf({ mean, deviation }: Normalisation, mode: NormalisationMode): PixelScaling {
  return {
    mean: mean.map((level) => 255 * level),
    scale: mean.map((_, channel) => (mode === 'standardise' ? 1 / (255 * (deviation[channel] ?? 1)) : 1)),
  };
}

/**
 * @param levels [batch, height, width, channels], grey levels as integers.
 * @param shifts [batch, channels]: added to all grey levels of an image.
 */
export function scalePixels(levels: tf.Tensor, { mean, scale }: PixelScaling, shifts?: tf.Tensor): tf.Tensor {
  const [batch = 1, , , channels = 1] = levels.shape;
  const pixels = tf.cast(levels, 'float32');
  const shifted = shifts === undefined ? pixels : tf.add(pixels, tf.reshape(shifts, [batch, 1, 1, channels]));
  const centred = tf.sub(shifted, tf.tensor1d([...mean]));
  return scale.every((factor) => factor === 1) ? centred : tf.mul(centred, tf.tensor1d([...scale]));
}
