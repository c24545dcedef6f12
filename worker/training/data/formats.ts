import { DATASETS, type DatasetName } from '../../../core/catalogue/datasets.ts';
import { CIFAR_10, CIFAR_100, type CifarFormat, readCifar } from './cifar.ts';
import type { Dataset } from './dataset.ts';
import { IDX_FILES, readIdxImageSets } from './idx-image-sets.ts';

/** How the files of a dataset are found and read. */
export interface DatasetFormat {
  /** Folders that its archive unpacks to, tried besides one of the dataset's own name. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
  /** @throws TickworkError DATASET_MISSING, DATASET_CORRUPT. */
  read(directory: string): Promise<Dataset>;
}

const idx = (name: DatasetName): DatasetFormat => ({
  folders: [],
  files: IDX_FILES,
  read: (directory) => readIdxImageSets(directory, DATASETS[name]),
});

const cifar = (name: DatasetName, folder: string, format: CifarFormat): DatasetFormat => ({
  folders: [folder],
  files: [...format.train, ...format.test],
  read: (directory) => readCifar(directory, DATASETS[name], format),
});

export const FORMATS: Readonly<Record<DatasetName, DatasetFormat>> = {
  'fashion-mnist': idx('fashion-mnist'),
  mnist: idx('mnist'),
  kmnist: idx('kmnist'),
  'cifar-10': cifar('cifar-10', 'cifar-10-batches-bin', CIFAR_10),
  'cifar-100': cifar('cifar-100', 'cifar-100-binary', CIFAR_100),
};
