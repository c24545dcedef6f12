import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import type { ImageSet } from '../data/dataset.ts';
import { cacheBytes, createPixelCache } from '../data/pixel-cache.ts';
import type { TrialImages } from '../data/trial-images.ts';
import { createDirectInput, type ReadableSets } from './direct-input.ts';
import type { ImageInput } from './image-input.ts';
import type { ReadableSet } from './image-reader.ts';
import { createLoaderInput } from './loader-input.ts';

/** How a machine reads images; no number of a trial depends on it. */
export interface InputResources {
  /** Threads that cut batches ahead of the trainer; 0: the trainer cuts them itself. */
  readonly loaderThreads: number;
  /** Bytes of decoded photographs kept for the next epoch, half of them for the test set. */
  readonly pixelCacheBytes: number;
}

/** Training images are kept as large as a single training scale needs them, photographs otherwise as they are. */
export function openImageInput(
  { train, test }: TrialImages,
  { trainScale }: Pick<TrialParameters, 'trainScale'>,
  { loaderThreads, pixelCacheBytes }: InputResources,
): ImageInput {
  const sets: ReadableSets = {
    train: readableSet(train.images, typeof trainScale === 'number' ? trainScale : 0, pixelCacheBytes / 2),
    test: readableSet(test.images, 0, pixelCacheBytes / 2),
  };
  return loaderThreads === 0 ? createDirectInput(sets) : createLoaderInput(sets, loaderThreads);
}

/** @param scale at which images are kept; 0: as they are. @param capacity bytes. */
export function readableSet(images: ImageSet, scale: number, capacity: number): ReadableSet {
  const { count, channels } = images;
  if (images.kind === 'files') return { images, cache: createPixelCache(count, scale, channels, capacity) };
  if (scale === 0 || scale === images.side) return { images };
  const needed = cacheBytes(count, scale * scale, channels);
  return { images, cache: createPixelCache(count, scale, channels, Math.min(capacity, needed)) };
}
