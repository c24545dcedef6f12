import type { Normalisation } from '../../../core/catalogue/datasets.ts';
import type { Crop } from '../data/crops.ts';
import type { ImageView } from '../data/trial-images.ts';
import type { ImageInput } from './image-input.ts';
import { createNormaliser, type NormalisationMode } from './normaliser.ts';
import type { InputPass } from './pass.ts';
import { NOTHING } from './row-filler.ts';

export interface TestInputSettings {
  readonly input: ImageInput;
  readonly set: InputPass['set'];
  readonly view: ImageView;
  readonly normalisation: Normalisation;
  readonly mode: NormalisationMode;
  readonly corruptImages: InputPass['corruptImages'];
}

/** The crops by which a network is judged, normalised. */
export interface TestInput {
  /** Every crop of every image of the view, one image after the other. @param side of the crops, pixels. */
  open(crops: readonly Crop[], side: number, batchSize: number): TestReader;
}

export interface TestReader {
  /**
   * @returns [batchSize, side, side, channels], written again by the next call, and for each row whether its image could be
   * decoded; rows past the last crop hold earlier ones.
   * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
   */
  next(): Promise<{ readonly images: Float32Array; shows(row: number): boolean }>;
}

export function createTestInput({
  input,
  set,
  view,
  normalisation,
  mode,
  corruptImages,
}: TestInputSettings): TestInput {
  const normalise = createNormaliser(normalisation, mode);
  return {
    open(crops, side, batchSize) {
      const images = new Float32Array(batchSize * side * side * view.images.channels);
      const { places } = view;
      const views = { kind: 'test', crops } as const;
      const reader = input.open({ set, places, batchSize, firstBatch: 0, side, views, corruptImages });
      return {
        async next() {
          const batch = await reader.next();
          normalise(batch.pixels, 0, images.length, images);
          return { images, shows: (row) => batch.places[row] !== NOTHING };
        },
      };
    },
  };
}
