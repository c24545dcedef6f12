import type { DatasetFacts } from '../../../core/catalogue/datasets.ts';
import type { FileTable } from './file-table.ts';

interface LabelledSet {
  readonly count: number;
  readonly channels: number;
  /** [count], each below the dataset's number of classes; of several classes the lowest that is present. */
  readonly labels: Uint16Array;
  /** For images of several classes: [count, classes], 1 where a class is present, −1 where it is absent, 0 where it is difficult. */
  readonly targets?: Int8Array;
}

/** Decoded images in memory, as stored: nothing scaled, nothing normalised. */
export interface StoredImageSet extends LabelledSet {
  readonly kind: 'stored';
  readonly side: number;
  /** [count, side, side, channels], 0–255; over shared memory when loader threads are to read it without a copy. */
  readonly pixels: Uint8Array;
}

/** Images of any size, decoded when they are needed. */
export interface FileImageSet extends LabelledSet {
  readonly kind: 'files';
  readonly files: FileTable;
  /** [count], what is known of each file, a `FileCondition`; in shared memory, told by one thread to the others. */
  readonly conditions: Uint8Array;
}

/** A file that was decoded to its end once, or that could not be. */
export const FileCondition = { unknown: 0, whole: 1, damaged: 2 } as const;

export type ImageSet = StoredImageSet | FileImageSet;

export interface Dataset {
  readonly facts: DatasetFacts;
  /** Classes of the labels, by number; as many as `facts` says when they have no names. */
  readonly classNames: readonly string[] | number;
  readonly train: ImageSet;
  /** When a dataset has none, test images are drawn from the training set by the seed of the trial. */
  readonly test?: ImageSet;
}

/** Zeros that other threads can see. */
export function sharedBytes(length: number): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(new SharedArrayBuffer(length));
}
