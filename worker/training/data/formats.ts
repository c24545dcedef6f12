import { type DatasetName, FIXED_DATASETS, type FixedDatasetName } from '../../../core/catalogue/datasets.ts';
import { CIFAR_10, CIFAR_100, type CifarFormat, readCifar } from './cifar.ts';
import type { Dataset } from './dataset.ts';
import { IDX_FILES, readIdxImageSets } from './idx-image-sets.ts';
import { readImageFolder } from './image-folder.ts';
import { makeTextures } from './textures.ts';
import { readVoc, VOC_FILES } from './voc.ts';

/** How the files of a dataset are found and read. */
export interface DatasetFormat {
  /** Folders that its archive unpacks to, tried besides one of the dataset's own name. */
  readonly folders: readonly string[];
  /** None: there is nothing to find. */
  readonly files: readonly string[];
  /** @throws TickworkError DATASET_MISSING, DATASET_CORRUPT. */
  read(directory: string): Promise<Dataset>;
}

const idx = (name: FixedDatasetName): DatasetFormat => ({
  folders: [],
  files: IDX_FILES,
  read: (directory) => readIdxImageSets(directory, FIXED_DATASETS[name]),
});

const cifar = (name: FixedDatasetName, folder: string, format: CifarFormat): DatasetFormat => ({
  folders: [folder],
  files: [...format.train, ...format.test],
  read: (directory) => readCifar(directory, FIXED_DATASETS[name], format),
});

export const FORMATS: Readonly<Record<DatasetName, DatasetFormat>> = {
  'fashion-mnist': idx('fashion-mnist'),
  mnist: idx('mnist'),
  kmnist: idx('kmnist'),
  'cifar-10': cifar('cifar-10', 'cifar-10-batches-bin', CIFAR_10),
  'cifar-100': cifar('cifar-100', 'cifar-100-binary', CIFAR_100),
  voc07: { folders: ['VOCdevkit/VOC2007', 'VOC2007'], files: VOC_FILES, read: readVoc },
  'image-folder': { folders: [], files: ['.'], read: readImageFolder },
  textures: { folders: [], files: [], read: async () => makeTextures() },
};
