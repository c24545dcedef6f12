import { TickworkError } from '../../../core/errors.ts';
import { createCropSampler, type Raster, type Window } from '../data/crop-sampler.ts';
import { rescaledSize, type Size } from '../data/crops.ts';
import { FileCondition, type FileImageSet, type ImageSet, type StoredImageSet } from '../data/dataset.ts';
import { filePath } from '../data/file-table.ts';
import { decodeImageFile, prepareDecoder } from '../data/image-decoder.ts';
import { findPixels, isFull, keepPixels, type PixelCache } from '../data/pixel-cache.ts';

/** A set, and where its decoded images are kept. */
export interface ReadableSet {
  readonly images: ImageSet;
  /** Of stored images only when it has a scale of its own. */
  readonly cache?: PixelCache | undefined;
}

/**
 * An image by its place in the set; a promise only where a file has to be decoded.
 * @param windowOf the part of the image that is needed, when no later row needs another.
 * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
 */
export type ImageReader = (place: number, windowOf?: (size: Size) => Window) => Raster | Promise<Raster>;

/** Images being decoded that later rows may ask for: the crops of a test image lie in neighbouring rows. */
const REMEMBERED = 4;

export function createImageReader({ images, cache }: ReadableSet): ImageReader {
  return images.kind === 'stored' ? storedImageReader(images, cache) : fileReader(images, cache);
}

/** Rescaling an image once for all epochs leaves a copy of some rows to do for each of its crops. */
function storedImageReader(
  { side, channels, pixels }: StoredImageSet,
  cache: PixelCache | undefined,
): (place: number) => Raster {
  const length = side * side * channels;
  const stored = (place: number): Raster => ({
    width: side,
    height: side,
    channels,
    pixels,
    offset: place * length,
    stride: side,
  });
  if (cache === undefined) return stored;
  return (place) => {
    const kept = findPixels(cache, place);
    if (kept !== undefined) return kept;
    const rescaled = rescale(stored(place), cache.scale);
    keepPixels(cache, place, rescaled);
    return rescaled;
  };
}

function fileReader(images: FileImageSet, cache: PixelCache | undefined): ImageReader {
  prepareDecoder();
  const decoding = new Map<number, Promise<Raster>>();
  return (place, windowOf) => {
    const kept = cache === undefined ? undefined : findPixels(cache, place);
    if (kept !== undefined) return kept;
    const known = decoding.get(place);
    if (known !== undefined) return known;
    if (windowOf !== undefined && Atomics.load(images.conditions, place) === FileCondition.whole) {
      // Known to be whole, and nobody would keep the rest of it.
      if (cache === undefined || isFull(cache)) return decodeImageFile(filePath(images.files, place), windowOf);
    }
    const promise = decodePlace(images, cache, place);
    decoding.set(place, promise);
    const [oldest] = decoding.keys();
    if (decoding.size > REMEMBERED && oldest !== undefined) decoding.delete(oldest);
    return promise;
  };
}

async function decodePlace(images: FileImageSet, cache: PixelCache | undefined, place: number): Promise<Raster> {
  const path = filePath(images.files, place);
  if (Atomics.load(images.conditions, place) === FileCondition.damaged) {
    throw new TickworkError(
      'DATASET_CORRUPT',
      `Expected ${path} to be an image, got one that could not be decoded before.`,
    );
  }
  const decoded = await decodeImageFile(path).catch((error: unknown) => {
    if (error instanceof TickworkError && error.code === 'DATASET_CORRUPT') {
      Atomics.store(images.conditions, place, FileCondition.damaged);
    }
    throw error;
  });
  Atomics.store(images.conditions, place, FileCondition.whole);
  if (cache === undefined) return decoded;
  const kept = cache.scale === 0 ? decoded : rescale(decoded, cache.scale);
  keepPixels(cache, place, kept);
  return kept;
}

/** The whole image, its smallest side made `scale` pixels: crops at that scale are copies of its pixels. */
function rescale(image: Raster, scale: number): Raster {
  const { width, height } = rescaledSize(image, scale);
  const pixels = new Uint8Array(width * height * image.channels);
  createCropSampler({ width, height })(image, { scale, left: 0, top: 0, flip: false }, pixels, 0);
  return { width, height, channels: image.channels, pixels, offset: 0, stride: width };
}
