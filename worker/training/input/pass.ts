import type { Crop, Size, TrainScale } from '../data/crops.ts';

/** One visit to images, as plain data that a thread can be sent: what each row of each batch shows. */
export interface InputPass {
  readonly set: 'train' | 'test';
  /** Places in the set in the order of their rows; in shared memory. */
  readonly places: Uint32Array;
  readonly batchSize: number;
  /** Where the pass begins: a trial that is resumed has seen the batches before. */
  readonly firstBatch: number;
  /** Of the crops, pixels. */
  readonly window: Size;
  readonly views: TrainViews | TestViews | WholeViews;
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

/** Every crop of each image, one image after the other; the last batch may be a part of one. Windows are square. */
export interface TestViews {
  readonly kind: 'test';
  readonly crops: readonly Crop[];
}

/** Every image rescaled and uncropped, likewise: all of them measure what the pass's window measures. */
export interface WholeViews {
  readonly kind: 'whole';
  /** Of the smallest side, pixels. */
  readonly scale: number;
  readonly flips: readonly boolean[];
}

/** Rows that show one image. */
export function viewsOfImage(views: InputPass['views']): number {
  if (views.kind === 'train') return 1;
  return views.kind === 'test' ? views.crops.length : views.flips.length;
}

export function countBatches({ places, batchSize, views }: InputPass): number {
  if (views.kind === 'train') return Math.floor(places.length / batchSize);
  return Math.ceil((places.length * viewsOfImage(views)) / batchSize);
}

/** Rows of a batch that show something. */
export function countRows({ places, batchSize, views }: InputPass, batch: number): number {
  if (views.kind === 'train') return batchSize;
  return Math.min(batchSize, places.length * viewsOfImage(views) - batch * batchSize);
}
