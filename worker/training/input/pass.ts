import type { Crop, TrainScale } from '../data/crops.ts';

/** One visit to images, as plain data that a thread can be sent: what each row of each batch shows. */
export interface InputPass {
  readonly set: 'train' | 'test';
  /** Places in the set in the order of their rows; in shared memory. */
  readonly places: Uint32Array;
  readonly batchSize: number;
  /** Where the pass begins: a trial that is resumed has seen the batches before. */
  readonly firstBatch: number;
  /** Of the crops, pixels. */
  readonly side: number;
  readonly views: TrainViews | TestViews;
  /** What an image that cannot be decoded does: ends the pass with its error, or is left out. */
  readonly corruptImages: 'fail' | 'skip';
}

/** One random crop of each image; images left over from whole batches are not shown. */
export interface TrainViews {
  readonly kind: 'train';
  readonly seed: number;
  /** 1-based. */
  readonly trainEpoch: number;
  readonly scale: TrainScale;
  readonly flip: boolean;
}

/** Every crop of each image, one image after the other; the last batch may be a part of one. */
export interface TestViews {
  readonly kind: 'test';
  readonly crops: readonly Crop[];
}

export function countBatches({ places, batchSize, views }: InputPass): number {
  if (views.kind === 'train') return Math.floor(places.length / batchSize);
  return Math.ceil((places.length * views.crops.length) / batchSize);
}

/** Rows of a batch that show something. */
export function countRows({ places, batchSize, views }: InputPass, batch: number): number {
  if (views.kind === 'train') return batchSize;
  return Math.min(batchSize, places.length * views.crops.length - batch * batchSize);
}
