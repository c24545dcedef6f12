import type { DatasetName } from '../../../core/catalogue/datasets.ts';
import type { Dataset } from './dataset.ts';
import { FORMATS } from './formats.ts';
import { locateDataset } from './locate-dataset.ts';

/** Where a trainer gets its images from. */
export interface DatasetSource {
  /** @throws TickworkError DATASET_MISSING, DATASET_CORRUPT. */
  load(name: DatasetName): Promise<Dataset>;
}

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
      const loading = locateDataset(name, roots).then((directory) => FORMATS[name].read(directory));
      loaded.set(name, loading);
      loading.catch(() => loaded.delete(name));
      return loading;
    },
  };
}
