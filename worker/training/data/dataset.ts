import type { DatasetFacts } from '../../../core/catalogue/datasets.ts';

/** Decoded images in memory, as stored: nothing scaled, nothing normalised. */
export interface ImageSet {
  readonly count: number;
  readonly side: number;
  readonly channels: number;
  /** [count, side, side, channels], 0–255. */
  readonly pixels: Uint8Array;
  /** [count], each below the dataset's number of classes. */
  readonly labels: Uint8Array;
}

export interface Dataset {
  readonly facts: DatasetFacts;
  readonly train: ImageSet;
  readonly test: ImageSet;
}
