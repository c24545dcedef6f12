import { TickworkError } from '../../../core/errors.ts';
import type { Size } from './crops.ts';
import type { ImageSet } from './dataset.ts';
import { filePath } from './file-table.ts';
import { readImageSize } from './image-decoder.ts';

/** Files that are looked at at the same time. */
const LANES = 8;

/**
 * How large images are, without decoding them.
 * @param corruptImages `skip`: undefined for an image whose file does not say.
 * @returns [places]
 * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
 */
export async function readImageSizes(
  images: ImageSet,
  places: Uint32Array,
  corruptImages: 'fail' | 'skip',
): Promise<readonly (Size | undefined)[]> {
  if (images.kind === 'stored') return Array.from(places, () => ({ width: images.side, height: images.side }));
  const sizes = new Array<Size | undefined>(places.length).fill(undefined);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < places.length) {
      const mine = next;
      next += 1;
      try {
        sizes[mine] = await readImageSize(filePath(images.files, places[mine] as number));
      } catch (error) {
        const damaged = error instanceof TickworkError && error.code === 'DATASET_CORRUPT';
        if (!damaged || corruptImages === 'fail') throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return sizes;
}
