import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetName } from '../../../core/catalogue/datasets.ts';
import { TickworkError } from '../../../core/errors.ts';
import { FASHION_MNIST_FILES } from './fashion-mnist.ts';

const FILES: Readonly<Record<DatasetName, readonly string[]>> = { 'fashion-mnist': FASHION_MNIST_FILES };

/**
 * The first directory that holds all files of a dataset: `<root>/<name>` or the root itself.
 * @param roots directories in order of preference.
 * @throws TickworkError DATASET_MISSING naming a missing file and every place looked in.
 */
export async function locateDataset(name: DatasetName, roots: readonly string[]): Promise<string> {
  let best: { readonly directory: string; readonly missing: readonly string[] } | undefined;
  for (const directory of roots.flatMap((root) => [join(root, name), root])) {
    const missing = await missingFiles(directory, FILES[name]);
    if (missing.length === 0) return directory;
    if (best === undefined || missing.length < best.missing.length) best = { directory, missing };
  }
  const wanted = best === undefined ? FILES[name][0] : join(best.directory, best.missing[0] ?? '');
  const places = roots.length === 0 ? 'no directory was given' : `looked in ${roots.join(', ')}`;
  throw new TickworkError(
    'DATASET_MISSING',
    `Expected ${wanted} to be a readable file for dataset ${name}, got none (${places}). ` +
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
