import * as tf from '@tensorflow/tfjs-core';
import type { Normalisation } from '../../../core/catalogue/datasets.ts';

/** What a network sees of the grey levels p of an image: (p − mean) · scale. Part of the step, so that batches stay bytes. */
export interface PixelScaling {
  /** Grey levels: one for each channel, or for each pixel. */
  readonly mean: readonly number[] | MeanImage;
  /** One for each channel. */
  readonly scale: readonly number[];
}

/** Grey levels of the network's crop, [side, side, channels]; stretched over an image that is larger. */
export interface MeanImage {
  readonly side: number;
  readonly levels: Float32Array;
}

/** (p/255 − mean)/deviation, or p − 255·mean, by channel; or p − mean by pixel, in grey levels. */
export type NormalisationMode = 'standardise' | 'subtract-mean' | 'subtract-mean-image';

/** The scaling that needs no image to be read. */
export function scalingOf(
  { mean, deviation }: Normalisation,
  mode: Exclude<NormalisationMode, 'subtract-mean-image'>,
): PixelScaling {
  return {
    mean: mean.map((level) => 255 * level),
    scale: mean.map((_, channel) => (mode === 'standardise' ? 1 / (255 * (deviation[channel] ?? 1)) : 1)),
  };
}

export function meanImageScaling(mean: MeanImage, channels: number): PixelScaling {
  return { mean, scale: new Array<number>(channels).fill(1) };
}

/**
 * @param levels [batch, height, width, channels], grey levels as integers.
 * @param shifts [batch, channels]: added to all grey levels of an image.
 */
export function scalePixels(levels: tf.Tensor, { mean, scale }: PixelScaling, shifts?: tf.Tensor): tf.Tensor {
  const [batch = 1, , , channels = 1] = levels.shape;
  const pixels = tf.cast(levels, 'float32');
  const shifted = shifts === undefined ? pixels : tf.add(pixels, tf.reshape(shifts, [batch, 1, 1, channels]));
  const centred = tf.sub(shifted, meanOver(levels.shape, mean));
  return scale.every((factor) => factor === 1) ? centred : tf.mul(centred, tf.tensor1d([...scale]));
}

function meanOver([, height = 1, width = 1, channels = 1]: readonly number[], mean: PixelScaling['mean']): tf.Tensor {
  if ('levels' in mean) return tf.tensor3d(stretch(mean, height, width, channels), [height, width, channels]);
  return tf.tensor1d([...mean]);
}

/** Bilinear, pixel centres at half-integers: what lies over a corner stays there. */
function stretch({ side, levels }: MeanImage, height: number, width: number, channels: number): Float32Array {
  if (height === side && width === side) return levels;
  const out = new Float32Array(height * width * channels);
  const along = (place: number, length: number): readonly [number, number, number] => {
    const at = Math.min(side - 1, Math.max(0, ((place + 0.5) * side) / length - 0.5));
    const low = Math.floor(at);
    return [low, Math.min(side - 1, low + 1), at - low];
  };
  for (let y = 0; y < height; y += 1) {
    const [top, bottom, down] = along(y, height);
    for (let x = 0; x < width; x += 1) {
      const [left, right, across] = along(x, width);
      for (let c = 0; c < channels; c += 1) {
        const level = (row: number, column: number): number => levels[(row * side + column) * channels + c] as number;
        const above = level(top, left) * (1 - across) + level(top, right) * across;
        const below = level(bottom, left) * (1 - across) + level(bottom, right) * across;
        out[(y * width + x) * channels + c] = above * (1 - down) + below * down;
      }
    }
  }
  return out;
}
