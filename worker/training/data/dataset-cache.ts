import type { Dataset } from './dataset.ts';
import { FORMATS } from './formats.ts';
import { type DatasetRequest, locateDataset } from './locate-dataset.ts';

/** Where a trainer gets its images from. */
export interface DatasetSource {
  /** @throws TickworkError DATASET_MISSING, DATASET_CORRUPT. */
  load(request: DatasetRequest): Promise<Dataset>;
}

/**
 * Reads each dataset once for all trials of a process. A failed load is forgotten, so that a worker recovers when
 * the files have been put in place.
 * @param roots directories in order of preference.
 */
export function createDatasetCache(roots: readonly string[]): DatasetSource {
  const loaded = new Map<string, Promise<Dataset>>();
  return {
    load(request) {
      const key = `${request.dataset} ${request.datasetFolder ?? ''}`;
      const known = loaded.get(key);
      if (known !== undefined) return known;
      const loading = locateDataset(request, roots).then((directory) => FORMATS[request.dataset].read(directory));
      loaded.set(key, loading);
      loading.catch(() => loaded.delete(key));
      return loading;
    },
  };
}
