import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import { square, type TrainScale, testCrops } from './data/crops.ts';
import type { ImageView } from './data/trial-images.ts';
import type { ImageInput } from './input/image-input.ts';
import { NOTHING } from './input/row-filler.ts';
import type { MeanImage } from './networks/pixel-scaling.ts';

/** Of more training images the first so many, which the seed has drawn, are averaged: photographs have to be decoded for it. */
const MAX_IMAGES = 10_000;

interface Measuring extends Pick<TrialParameters, 'batchSize' | 'corruptImages'> {
  readonly trainScale: TrainScale;
  /** Of the network's crop, pixels. */
  readonly side: number;
  /** Called between batches; throws when the trial is to stop. */
  readonly pause: () => Promise<void>;
}

/**
 * The mean of the centre crops of a trial's training images at the training scale (of a range, its middle), pixel by pixel. It is
 * subtracted from every crop wherever that was cut, as cuda-convnet, the program of Krizhevsky et al. 2012, did with its centred mean.
 * Sums of bytes are exact, so that neither threads nor batches change a bit.
 * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
 */
export async function measureMeanImage(
  input: ImageInput,
  { images, places }: ImageView,
  { trainScale, side, batchSize, corruptImages, pause }: Measuring,
): Promise<MeanImage> {
  const scale = typeof trainScale === 'number' ? trainScale : Math.round((trainScale[0] + trainScale[1]) / 2);
  const views = { kind: 'test', crops: testCrops(scale, side, 1, false) } as const;
  const measured = places.slice(0, MAX_IMAGES);
  const reader = input.open({
    set: 'train',
    places: measured,
    batchSize,
    firstBatch: 0,
    window: square(side),
    views,
    corruptImages,
  });
  const length = side * side * images.channels;
  const sums = new Float64Array(length);
  let count = 0;
  for (let first = 0; first < measured.length; first += batchSize) {
    const { pixels, places: shown } = await reader.next();
    const rows = Math.min(batchSize, measured.length - first);
    for (let row = 0; row < rows; row += 1) {
      if (shown[row] === NOTHING) continue;
      count += 1;
      for (let i = 0, from = row * length; i < length; i += 1, from += 1) {
        sums[i] = (sums[i] as number) + (pixels[from] as number);
      }
    }
    await pause();
  }
  // Of no image at all: training will say so.
  return { side, levels: Float32Array.from(sums, (sum) => (count === 0 ? 0 : sum / count)) };
}
