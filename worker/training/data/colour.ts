import { normal } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import type { ImageSet, StoredImageSet } from './dataset.ts';
import { type EigenPair, symmetricEigen } from './symmetric-eigen.ts';

/**
 * Principal components of ImageNet's RGB values on the scale [0, 1], as facebook/fb.resnet.torch (datasets/imagenet.lua)
 * publishes them: for photographs, which would have to be decoded to be measured.
 */
const PHOTOGRAPHS: readonly EigenPair[] = [
  { value: 0.2175, vector: [-0.5675, -0.5808, -0.5836] },
  { value: 0.0188, vector: [0.7192, -0.0045, -0.6948] },
  { value: 0.0045, vector: [0.4009, -0.814, 0.4203] },
];

/** Of stored sets, one pixel in so many is measured: no multiple of a row. */
const STRIDE = 11;

/** Principal components of the colours of a training set: eigenvectors of the covariance of its pixels on the scale [0, 1]. */
export function colourComponents(images: ImageSet): readonly EigenPair[] {
  return images.kind === 'files' ? PHOTOGRAPHS : symmetricEigen(covariance(images));
}

/**
 * What is added to each channel of one training image, on the scale [0, 1]: Σ_i p_i α_i λ_i with α_i ~ N(0, deviation²)
 * (Krizhevsky, Sutskever & Hinton 2012, §4.1), drawn from the image's own stream.
 * @param deviation 0.1 in the paper.
 */
export function createColourShift(
  components: readonly EigenPair[],
  deviation: number,
  seed: number,
  trainEpoch: number,
): (place: number) => readonly number[] {
  const stream = createStream(seed, 'colours', trainEpoch);
  return (place) => {
    const draws = stream.at(place);
    const weights = components.map(({ value }) => deviation * value * normal(draws));
    return components.map((_, channel) =>
      components.reduce((sum, { vector }, i) => sum + (weights[i] as number) * (vector[channel] as number), 0),
    );
  };
}

function covariance({ pixels, channels }: StoredImageSet): readonly (readonly number[])[] {
  const sums = new Float64Array(channels);
  const products = new Float64Array(channels * channels);
  let count = 0;
  for (let start = 0; start < pixels.length; start += STRIDE * channels) {
    count += 1;
    for (let i = 0; i < channels; i += 1) {
      const a = pixels[start + i] as number;
      sums[i] = (sums[i] as number) + a;
      for (let j = 0; j <= i; j += 1) {
        const place = i * channels + j;
        products[place] = (products[place] as number) + a * (pixels[start + j] as number);
      }
    }
  }
  const mean = (channel: number): number => (sums[channel] as number) / count;
  return Array.from({ length: channels }, (_, i) =>
    Array.from({ length: channels }, (_, j) => {
      const product = (products[Math.max(i, j) * channels + Math.min(i, j)] as number) / count;
      return (product - mean(i) * mean(j)) / 255 ** 2;
    }),
  );
}
