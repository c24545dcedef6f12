import { join } from 'node:path';
import type { FixedDatasetFacts } from '../../../core/catalogue/datasets.ts';
import { TickworkError } from '../../../core/errors.ts';
import { type Dataset, type StoredImageSet, sharedBytes } from './dataset.ts';
import { checkLabels } from './idx-image-sets.ts';
import { missingFile, openRegularFile } from './regular-file.ts';

/** How a binary version of CIFAR is laid out (Krizhevsky 2009, https://www.cs.toronto.edu/~kriz/cifar.html). */
export interface CifarFormat {
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** Bytes before the pixels; the last of them is the label. CIFAR-100 has the superclass first. */
  readonly labelBytes: number;
}

export const CIFAR_10: CifarFormat = {
  train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`),
  test: ['test_batch.bin'],
  labelBytes: 1,
};

export const CIFAR_100: CifarFormat = { train: ['train.bin'], test: ['test.bin'], labelBytes: 2 };

/**
 * Reads the binary version. A file's size must be what the dataset says before a byte of it is read.
 * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
 */
export async function readCifar(directory: string, facts: FixedDatasetFacts, format: CifarFormat): Promise<Dataset> {
  const paths = (names: readonly string[]): string[] => names.map((name) => join(directory, name));
  const train = await readImageSet(paths(format.train), facts, facts.trainImages, format);
  const test = await readImageSet(paths(format.test), facts, facts.testImages, format);
  return { facts, classNames: facts.classNames ?? facts.classes, train, test };
}

async function readImageSet(
  paths: readonly string[],
  { side, channels, classes }: FixedDatasetFacts,
  count: number,
  { labelBytes }: CifarFormat,
): Promise<StoredImageSet> {
  const area = side * side;
  const record = labelBytes + channels * area;
  const perFile = count / paths.length;
  const pixels = sharedBytes(count * channels * area);
  const labels = new Uint8Array(count);
  for (const [index, path] of paths.entries()) {
    const bytes = await readExactly(path, perFile * record);
    for (let row = 0; row < perFile; row += 1) {
      const image = index * perFile + row;
      labels[image] = bytes[row * record + labelBytes - 1] ?? 0;
      const planes = bytes.subarray(row * record + labelBytes, (row + 1) * record);
      interleave(planes, channels, pixels.subarray(image * channels * area, (image + 1) * channels * area));
    }
    checkLabels(labels.subarray(index * perFile, (index + 1) * perFile), classes, path);
  }
  return { kind: 'stored', count, side, channels, pixels, labels: Uint16Array.from(labels) };
}

/** Planes one after the other become pixels one after the other. */
function interleave(planes: Uint8Array, channels: number, out: Uint8Array): void {
  const area = planes.length / channels;
  for (let channel = 0; channel < channels; channel += 1) {
    for (let pixel = 0; pixel < area; pixel += 1) {
      out[pixel * channels + channel] = planes[channel * area + pixel] as number;
    }
  }
}

async function readExactly(path: string, length: number): Promise<Uint8Array> {
  const { file, size } = await openRegularFile(path);
  try {
    if (size === length) return await file.readFile();
    throw new TickworkError(
      'DATASET_CORRUPT',
      `Expected ${path} to hold ${length} bytes, got ${size}. Install or copy the dataset again.`,
    );
  } catch (error) {
    throw error instanceof TickworkError ? error : missingFile(path, error);
  } finally {
    await file.close();
  }
}
