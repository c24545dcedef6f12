import { TickworkError } from '../../../core/errors.ts';
import { createCropSampler, type Raster } from '../data/crop-sampler.ts';
import { rescaledSize } from '../data/crops.ts';
import type { FileImageSet, ImageSet } from '../data/dataset.ts';
import { filePath } from '../data/file-table.ts';
import { decodeImageFile, prepareDecoder } from '../data/image-decoder.ts';
import { findPixels, keepPixels, type PixelCache } from '../data/pixel-cache.ts';

/** A set, and where its decoded images are kept. */
export interface ReadableSet {
  readonly images: ImageSet;
  /** For sets of files. */
  readonly cache?: PixelCache | undefined;
}

/**
 * An image by its place in the set; a promise only where a file has to be decoded.
 * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
 */
export type ImageReader = (place: number) => Raster | Promise<Raster>;

/** Images being decoded that later rows may ask for: the crops of a test image lie in neighbouring rows. */
const REMEMBERED = 4;

export function createImageReader({ images, cache }: ReadableSet): ImageReader {
  if (images.kind === 'stored') {
    const { side, channels, pixels } = images;
    const length = side * side * channels;
    return (place) => ({ width: side, height: side, channels, pixels, offset: place * length });
  }
  prepareDecoder();
  const decoding = new Map<number, Promise<Raster>>();
  return (place) => {
    const kept = cache === undefined ? undefined : findPixels(cache, place);
    if (kept !== undefined) return kept;
    const known = decoding.get(place);
    if (known !== undefined) return known;
    const promise = decodePlace(images, cache, place);
    decoding.set(place, promise);
    const [oldest] = decoding.keys();
    if (decoding.size > REMEMBERED && oldest !== undefined) decoding.delete(oldest);
    return promise;
  };
}

async function decodePlace(images: FileImageSet, cache: PixelCache | undefined, place: number): Promise<Raster> {
  const path = filePath(images.files, place);
  if (Atomics.load(images.damaged, place) !== 0) {
    throw new TickworkError(
      'DATASET_CORRUPT',
      `Expected ${path} to be an image, got one that could not be decoded before.`,
    );
  }
  const decoded = await decodeImageFile(path).catch((error: unknown) => {
    if (error instanceof TickworkError && error.code === 'DATASET_CORRUPT') Atomics.store(images.damaged, place, 1);
    throw error;
  });
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
  return { width, height, channels: image.channels, pixels, offset: 0 };
}
