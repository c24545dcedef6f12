import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import type { ImageSet } from '../data/dataset.ts';
import { createPixelCache } from '../data/pixel-cache.ts';
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

/** Training photographs are kept as large as a single training scale needs them, others as they are. */
export function openImageInput(
  { train, test }: TrialImages,
  { trainScale }: Pick<TrialParameters, 'trainScale'>,
  { loaderThreads, pixelCacheBytes }: InputResources,
): ImageInput {
  const readable = (images: ImageSet, scale: number): ReadableSet => {
    if (images.kind === 'stored') return { images };
    return { images, cache: createPixelCache(images.count, scale, pixelCacheBytes / 2) };
  };
  const trainSet = readable(train.images, typeof trainScale === 'number' ? trainScale : 0);
  const testSet = readable(test.images, 0);
  const sets: ReadableSets = { train: trainSet, test: testSet };
  return loaderThreads === 0 ? createDirectInput(sets) : createLoaderInput(sets, loaderThreads);
}
