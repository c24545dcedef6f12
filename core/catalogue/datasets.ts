/** Names a study may use; what they are is fixed here, where their files lie is the worker's business. */
export const DATASET_NAMES = ['fashion-mnist', 'mnist', 'kmnist', 'cifar-10', 'cifar-100'] as const;

export type DatasetName = (typeof DATASET_NAMES)[number];

export interface DatasetFacts {
  readonly title: string;
  readonly source: string;
  /** Side of the stored square image, pixels. */
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  readonly trainImages: number;
  readonly testImages: number;
  /**
   * Pixels of the whole training set, on the scale [0, 1]. Constants rather than the mean of a trial's own subset, so
   * that an image looks the same to every seed and every subset size.
   */
  readonly normalisation: Normalisation;
}

/** A network sees (pixel / 255 − mean) / deviation; one number for each channel. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

const DIGITS = { side: 28, channels: 1, classes: 10, trainImages: 60_000, testImages: 10_000 } as const;
const TINY_IMAGES = { side: 32, channels: 3, trainImages: 50_000, testImages: 10_000 } as const;

export const DATASETS: Readonly<Record<DatasetName, DatasetFacts>> = {
  'fashion-mnist': {
    ...DIGITS,
    title: 'Fashion-MNIST',
    source: 'Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747',
    normalisation: { mean: [0.28604], deviation: [0.353024] },
  },
  mnist: {
    ...DIGITS,
    title: 'MNIST',
    source: 'LeCun, Bottou, Bengio & Haffner 1998, Proc. IEEE 86(11)',
    normalisation: { mean: [0.1307], deviation: [0.3081] },
  },
  kmnist: {
    ...DIGITS,
    title: 'KMNIST',
    source: 'Clanuwat et al. 2018, arXiv 1812.01718',
    normalisation: { mean: [0.1918], deviation: [0.3483] },
  },
  'cifar-10': {
    ...TINY_IMAGES,
    title: 'CIFAR-10',
    source: 'Krizhevsky 2009, Learning multiple layers of features from tiny images',
    classes: 10,
    normalisation: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
  },
  'cifar-100': {
    ...TINY_IMAGES,
    title: 'CIFAR-100',
    source: 'Krizhevsky 2009, Learning multiple layers of features from tiny images',
    classes: 100,
    normalisation: { mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762] },
  },
};
