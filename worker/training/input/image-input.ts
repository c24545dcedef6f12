import type { InputPass } from './pass.ts';

/** Crops of one batch before they are normalised. Its arrays are valid until the next call of `next`. */
export interface InputBatch {
  /** [batchSize, height, width, channels], grey levels; rows that show nothing hold anything. */
  readonly pixels: Uint8Array;
  /** [batchSize]: place of the image that a row shows, −1 for nothing. */
  readonly places: Int32Array;
}

export interface BatchReader {
  /** The batches of the pass, in order, each once. @throws TickworkError DATASET_MISSING, DATASET_CORRUPT. */
  next(): Promise<InputBatch>;
}

/** Cuts the batches of passes, one pass after another. */
export interface ImageInput {
  /** Ends the passes before it, finished or not. */
  open(pass: InputPass): BatchReader;
  /** Ends nothing: the pass is cut as soon as those before it are, and may be read when they have been. */
  openAhead(pass: InputPass): BatchReader;
  close(): Promise<void>;
}
