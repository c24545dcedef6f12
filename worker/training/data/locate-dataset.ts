import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetName } from '../../../core/catalogue/datasets.ts';
import { TickworkError } from '../../../core/errors.ts';
import { FORMATS } from './formats.ts';

/** A dataset as a trial names it. */
export interface DatasetRequest {
  readonly dataset: DatasetName;
  /** The folder of an `image-folder`, one name below a root. */
  readonly datasetFolder?: string | undefined;
}

/**
 * The first directory that holds all files of a dataset: `<root>/<name>`, a folder that its archive unpacks to, or the root
 * itself. An `image-folder` is `<root>/<datasetFolder>` and nothing else.
 * @param roots directories in order of preference.
 * @returns '' for a dataset that has no files.
 * @throws TickworkError DATASET_MISSING naming a missing file and every place looked in.
 */
export async function locateDataset(
  { dataset, datasetFolder }: DatasetRequest,
  roots: readonly string[],
): Promise<string> {
  const { files, folders } = FORMATS[dataset];
  if (files.length === 0) return '';
  const places = roots.flatMap((root) =>
    datasetFolder === undefined
      ? [...[dataset, ...folders].map((folder) => join(root, folder)), root]
      : [join(root, datasetFolder)],
  );
  let best: { readonly directory: string; readonly missing: readonly string[] } | undefined;
  for (const directory of places) {
    const missing = await missingFiles(directory, files);
    if (missing.length === 0) return directory;
    if (best === undefined || missing.length < best.missing.length) best = { directory, missing };
  }
  const wanted = best === undefined ? files[0] : join(best.directory, best.missing[0] ?? '');
  const searched = roots.length === 0 ? 'no directory was given' : `looked in ${roots.join(', ')}`;
  throw new TickworkError(
    'DATASET_MISSING',
    `Expected ${wanted} to be readable for dataset ${dataset}, got none (${searched}). ` +
      'Install the dataset or name the directory it is in.',
  );
}

async function missingFiles(directory: string, files: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const file of files) {
    try {
      await access(join(directory, file), constants.R_OK);
    } catch {
      missing.push(file);
    }
  }
  return missing;
}
