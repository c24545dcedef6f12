import type { Crop } from '../data/crops.ts';
import type { ImageView } from '../data/trial-images.ts';
import type { ImageInput } from './image-input.ts';
import type { InputPass } from './pass.ts';
import { NOTHING } from './row-filler.ts';

export interface TestInputSettings {
  readonly input: ImageInput;
  readonly set: InputPass['set'];
  readonly view: ImageView;
  readonly corruptImages: InputPass['corruptImages'];
}

/** The crops by which a network is judged. */
export interface TestInput {
  /** Every crop of every image of the view, one image after the other. @param side of the crops, pixels. */
  open(crops: readonly Crop[], side: number, batchSize: number): TestReader;
}

export interface TestReader {
  /**
   * @returns grey levels, [batchSize, side, side, channels], written again by the next call, and for each row whether its
   * image could be decoded; rows past the last crop hold anything.
   * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
   */
  next(): Promise<{ readonly images: Uint8Array; shows(row: number): boolean }>;
}

export function createTestInput({ input, set, view, corruptImages }: TestInputSettings): TestInput {
  return {
    open(crops, side, batchSize) {
      const { places } = view;
      const views = { kind: 'test', crops } as const;
      const reader = input.open({ set, places, batchSize, firstBatch: 0, side, views, corruptImages });
      return {
        async next() {
          const batch = await reader.next();
          return { images: batch.pixels, shows: (row) => batch.places[row] !== NOTHING };
        },
      };
    },
  };
}
