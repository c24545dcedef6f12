import { DATASETS, type DatasetName } from '../../../core/catalogue/datasets.ts';
import type { Dataset } from './dataset.ts';
import { readFashionMnist } from './fashion-mnist.ts';
import { locateDataset } from './locate-dataset.ts';

/** Where a trainer gets its images from. */
export interface DatasetSource {
  /** @throws TickworkError DATASET_MISSING, DATASET_CORRUPT. */
  load(name: DatasetName): Promise<Dataset>;
}

const READERS = { 'fashion-mnist': readFashionMnist } as const satisfies Record<DatasetName, unknown>;

/**
 * Decodes each dataset once for all trials of a process. A failed load is forgotten, so that a worker recovers when
 * the files have been put in place.
 * @param roots directories in order of preference.
 */
export function createDatasetCache(roots: readonly string[]): DatasetSource {
  const loaded = new Map<DatasetName, Promise<Dataset>>();
  return {
    load(name) {
      const known = loaded.get(name);
      if (known !== undefined) return known;
      const loading = locateDataset(name, roots).then((directory) => READERS[name](directory, DATASETS[name]));
      loaded.set(name, loading);
      loading.catch(() => loaded.delete(name));
      return loading;
    },
  };
}
