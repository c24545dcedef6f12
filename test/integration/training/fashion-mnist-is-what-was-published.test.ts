import { beforeAll, describe, expect, it } from 'vitest';
import { DATASETS } from '../../../core/catalogue/datasets.ts';
import type { Dataset, StoredImageSet } from '../../../worker/training/data/dataset.ts';
import { createDatasetCache } from '../../../worker/training/data/dataset-cache.ts';
import { selectImages } from '../../../worker/training/data/trial-images.ts';
import { DATASET_ROOTS } from '../../support/datasets.ts';

describe('Fashion-MNIST', () => {
  let dataset: Dataset & { readonly train: StoredImageSet; readonly test: StoredImageSet };
  const source = createDatasetCache(DATASET_ROOTS);
  beforeAll(async () => {
    dataset = (await source.load({ dataset: 'fashion-mnist' })) as typeof dataset;
  });

  it('has 6,000 training and 1,000 test images of each class', () => {
    for (const [{ labels }, each] of [
      [dataset.train, 6_000],
      [dataset.test, 1_000],
    ] as const) {
      const counts = Array.from({ length: 10 }, (_, label) => labels.filter((other) => other === label).length);
      expect(counts).toEqual(Array.from({ length: 10 }, () => each));
    }
  });

  it('begins with the labels everyone knows', () => {
    expect([...dataset.train.labels.subarray(0, 10)]).toEqual([9, 0, 0, 3, 0, 2, 7, 2, 5, 5]);
    expect([...dataset.test.labels.subarray(0, 10)]).toEqual([9, 2, 1, 1, 6, 1, 4, 6, 5, 7]);
  });

  it('has the mean and deviation of the catalogue', () => {
    const { pixels } = dataset.train;
    let sum = 0;
    let squares = 0;
    for (const pixel of pixels) {
      sum += pixel;
      squares += pixel * pixel;
    }
    const mean = sum / pixels.length;
    const { normalisation } = DATASETS['fashion-mnist'];
    expect(normalisation.mean[0]).toBeCloseTo(mean / 255, 5);
    expect(normalisation.deviation[0]).toBeCloseTo(Math.sqrt(squares / pixels.length - mean * mean) / 255, 6);
  });

  it('is decoded once for all trials of a process', async () => {
    expect(await source.load({ dataset: 'fashion-mnist' })).toBe(dataset);
  });

  it('gives each seed a subset of its own, and every class its share of it', () => {
    const subsetOf = (seed: number, trainImages: number): Uint32Array => {
      const selection = { dataset: 'fashion-mnist', trainImages, validationImages: 0, testImages: 1 } as const;
      return selectImages(selection, seed, dataset).train.places;
    };
    const subset = subsetOf(1, 10_000);
    expect(new Set(subset).size).toBe(10_000);
    const counts = Array.from({ length: 10 }, () => 0);
    for (const image of subset) {
      const label = dataset.train.labels[image] ?? 0;
      counts[label] = (counts[label] ?? 0) + 1;
    }
    // Hypergeometric, standard deviation 27.4: five of them.
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(137);
    expect(subsetOf(1, 500)).toEqual(subset.slice(0, 500));
    expect(subsetOf(2, 500)).not.toEqual(subset.slice(0, 500));
  });
});
