import { TickworkError } from '../../../core/errors.ts';
import { integer } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import { createCropSampler, type Raster, sourceWindow, type Window } from '../data/crop-sampler.ts';
import { type Crop, drawTrainCrop, type Size, stretchCrop } from '../data/crops.ts';
import type { PixelCache } from '../data/pixel-cache.ts';
import { createImageReader, type ReadableSet } from './image-reader.ts';
import { type InputPass, viewsOfImage } from './pass.ts';

/** Place of the image that a row shows, or `NOTHING`. */
export const NOTHING = -1;

/** Attempts to find an image in place of one that cannot be decoded; past it, hardly any can. */
const MAX_SUBSTITUTES = 100;

/**
 * Writes the crop of one row, [height, width, channels] grey levels. A pure function of the pass, the row and the image files:
 * any thread gives the same bytes, in any order.
 * @param row of the whole pass.
 * @returns the place of the image that the row shows. With `skip`, an image that cannot be decoded is replaced: in
 * training by another one that its own stream draws, in testing by nothing.
 * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
 */
export type RowFiller = (row: number, out: Uint8Array, offset: number) => number | Promise<number>;

export function createRowFiller(pass: InputPass, set: ReadableSet): RowFiller {
  const { places, window, views, corruptImages } = pass;
  const read = createImageReader({ images: set.images, cache: usableCache(set.cache, views) });
  const sample = createCropSampler(window);
  const cropOf = cropsOf(pass);
  const perImage = viewsOfImage(views);

  // The crops of a test image lie in neighbouring rows, which share one decoded image.
  const windowOf = (place: number, row: number): ((size: Size) => Window) | undefined =>
    perImage > 1 ? undefined : (size) => sourceWindow(size, cropOf(place, row, size), window);
  const finish = (image: Raster, place: number, row: number, out: Uint8Array, offset: number): number => {
    sample(image, cropOf(place, row, image), out, offset);
    return place;
  };
  const fillAnyway = async (row: number, place: number, out: Uint8Array, offset: number): Promise<number> => {
    let candidate = place;
    const substitutes = views.kind === 'train' ? substitutesOf(views.seed, views.trainEpoch, place, places) : undefined;
    for (let attempt = 0; attempt < MAX_SUBSTITUTES; attempt += 1) {
      try {
        return finish(await read(candidate, windowOf(candidate, row)), candidate, row, out, offset);
      } catch (error) {
        if (!(error instanceof TickworkError) || error.code !== 'DATASET_CORRUPT') throw error;
        if (substitutes === undefined) return NOTHING;
        candidate = substitutes();
      }
    }
    throw new TickworkError(
      'DATASET_CORRUPT',
      `Expected most images to be whole, got ${MAX_SUBSTITUTES} in a row that cannot be decoded. Copy the dataset again.`,
    );
  };
  return (row, out, offset) => {
    const place = places[Math.floor(row / perImage)] as number;
    if (corruptImages === 'skip' && set.images.kind === 'files') return fillAnyway(row, place, out, offset);
    const image = read(place, windowOf(place, row));
    if (image instanceof Promise) return image.then((raster) => finish(raster, place, row, out, offset));
    return finish(image, place, row, out, offset);
  };
}

/** Images kept at one scale are no use at another: rescaled twice, they would not be what they are rescaled once. */
function usableCache(cache: PixelCache | undefined, views: InputPass['views']): PixelCache | undefined {
  if (cache === undefined || cache.scale === 0) return cache;
  const scales = views.kind === 'test' ? views.crops.map(({ scale }) => scale) : [views.scale];
  return scales.every((scale) => scale === cache.scale) ? cache : undefined;
}

function cropsOf({ views, window }: InputPass): (place: number, row: number, size: Size) => Crop {
  const side = window.width;
  if (views.kind === 'test') {
    const { crops } = views;
    return (_, row, size) => stretchCrop(crops[row % crops.length] as Crop, side, size);
  }
  if (views.kind === 'whole') {
    const { scale, flips } = views;
    const whole = flips.map((flip): Crop => ({ scale, left: 0, top: 0, flip }));
    return (_, row) => whole[row % whole.length] as Crop;
  }
  const stream = createStream(views.seed, 'crops', views.trainEpoch);
  return (place, _, size) => drawTrainCrop(stream.at(place), views.scale, side, views.flip, size);
}

function substitutesOf(seed: number, trainEpoch: number, place: number, places: Uint32Array): () => number {
  const stream = createStream(seed, 'substitutes', trainEpoch).at(place);
  return () => places[integer(stream, places.length)] as number;
}
