import type { Size } from '../data/crops.ts';
import type { ImageView } from '../data/trial-images.ts';
import type { ImageInput } from './image-input.ts';
import type { InputPass, TestViews, WholeViews } from './pass.ts';
import { NOTHING } from './row-filler.ts';

export interface TestInputSettings {
  readonly input: ImageInput;
  readonly set: InputPass['set'];
  readonly view: ImageView;
  readonly corruptImages: InputPass['corruptImages'];
}

/** How images are shown to a network that is judged. */
export interface Showing {
  readonly views: TestViews | WholeViews;
  /** Of the views, pixels. */
  readonly window: Size;
  /** Which of the view's images, by their numbers in it; default: all. */
  readonly images?: readonly number[] | undefined;
}

/** The images by which a network is judged. */
export interface TestInput {
  readonly corruptImages: InputPass['corruptImages'];
  /** Every view of every image, one image after the other. */
  open(showing: Showing, batchSize: number): TestReader;
}

export interface TestReader {
  /**
   * @returns grey levels, [batchSize, height, width, channels], written again by the next call, and for each row whether its
   * image could be decoded; rows past the last view hold anything.
   * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
   */
  next(): Promise<{ readonly images: Uint8Array; shows(row: number): boolean }>;
}

export function createTestInput({ input, set, view, corruptImages }: TestInputSettings): TestInput {
  return {
    corruptImages,
    open({ views, window, images }, batchSize) {
      const places = images === undefined ? view.places : chosen(view.places, images);
      const reader = input.open({ set, places, batchSize, firstBatch: 0, window, views, corruptImages });
      return {
        async next() {
          const batch = await reader.next();
          return { images: batch.pixels, shows: (row) => batch.places[row] !== NOTHING };
        },
      };
    },
  };
}

function chosen(places: Uint32Array, images: readonly number[]): Uint32Array {
  const some = new Uint32Array(new SharedArrayBuffer(4 * images.length));
  for (const [row, image] of images.entries()) some[row] = places[image] as number;
  return some;
}
