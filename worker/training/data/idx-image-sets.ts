import { join } from 'node:path';
import type { FixedDatasetFacts } from '../../../core/catalogue/datasets.ts';
import { TickworkError } from '../../../core/errors.ts';
import type { Dataset, StoredImageSet } from './dataset.ts';
import { readIdx } from './idx.ts';

const FILES = {
  train: { images: 'train-images-idx3-ubyte.gz', labels: 'train-labels-idx1-ubyte.gz' },
  test: { images: 't10k-images-idx3-ubyte.gz', labels: 't10k-labels-idx1-ubyte.gz' },
} as const;

/** The names that MNIST, Fashion-MNIST and KMNIST share. */
export const IDX_FILES: readonly string[] = Object.values(FILES).flatMap(({ images, labels }) => [images, labels]);

/**
 * Reads the four published files of a dataset of the MNIST family, every one whole and checked: 55 MB of memory, kept
 * between trials because each seed draws another subset.
 * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
 */
export async function readIdxImageSets(directory: string, facts: FixedDatasetFacts): Promise<Dataset> {
  const train = await readImageSet(directory, FILES.train, facts, facts.trainImages);
  const test = await readImageSet(directory, FILES.test, facts, facts.testImages);
  return { facts, classNames: facts.classNames ?? facts.classes, train, test };
}

async function readImageSet(
  directory: string,
  files: { readonly images: string; readonly labels: string },
  facts: FixedDatasetFacts,
  count: number,
): Promise<StoredImageSet> {
  const { side, channels, classes } = facts;
  const pixels = await readIdx(join(directory, files.images), [count, side, side]);
  const labelsPath = join(directory, files.labels);
  const labels = await readIdx(labelsPath, [count]);
  checkLabels(labels, classes, labelsPath);
  return { kind: 'stored', count, side, channels, pixels, labels: Uint16Array.from(labels) };
}

/** @throws TickworkError DATASET_CORRUPT naming the first label that is not below `classes`. */
export function checkLabels(labels: Uint8Array, classes: number, path: string): void {
  const stranger = labels.findIndex((label) => label >= classes);
  if (stranger === -1) return;
  throw new TickworkError(
    'DATASET_CORRUPT',
    `Expected label ${stranger} of ${path} to be below ${classes}, got ${labels[stranger]}. ` +
      'Install or copy the dataset again.',
  );
}
