/** Names a study may use; what they are is fixed here, where their files lie is the worker's business. */
export const DATASET_NAMES = [
  'fashion-mnist',
  'mnist',
  'kmnist',
  'cifar-10',
  'cifar-100',
  'voc07',
  'image-folder',
  'textures',
] as const;

export type DatasetName = (typeof DATASET_NAMES)[number];

/** Datasets whose images all have one size and whose numbers were published. */
export type FixedDatasetName = Exclude<DatasetName, 'voc07' | 'image-folder'>;

export interface DatasetFacts {
  readonly title: string;
  readonly source: string;
  /** Side of the stored square image, pixels; images of any size when it is not given. */
  readonly side?: number;
  readonly channels: number;
  /** The study says how many where the dataset does not. */
  readonly classes?: number;
  /** In the order of their numbers, where they have names of their own. */
  readonly classNames?: readonly string[];
  /** Whether an image shows one class or any number of them. */
  readonly labels: 'one' | 'several';
  /** Known only after reading when not given. */
  readonly trainImages?: number;
  readonly testImages?: number;
  /**
   * Pixels of the whole training set, on the scale [0, 1]. Constants rather than the mean of a trial's own subset, so
   * that an image looks the same to every seed and every subset size.
   */
  readonly normalisation: Normalisation;
}

export type FixedDatasetFacts = DatasetFacts &
  Required<Pick<DatasetFacts, 'side' | 'classes' | 'trainImages' | 'testImages'>>;

/** A network sees (pixel / 255 − mean) / deviation; one number for each channel. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

const DIGITS = {
  side: 28,
  channels: 1,
  classes: 10,
  labels: 'one',
  trainImages: 60_000,
  testImages: 10_000,
} as const;
const TINY_IMAGES = { side: 32, channels: 3, labels: 'one', trainImages: 50_000, testImages: 10_000 } as const;

/** Of the ILSVRC 2012 training set, as networks for photographs are given them everywhere. */
const PHOTOGRAPHS: Normalisation = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

export const FIXED_DATASETS: Readonly<Record<FixedDatasetName, FixedDatasetFacts>> = {
  'fashion-mnist': {
    ...DIGITS,
    title: 'Fashion-MNIST',
    source: 'Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747',
    classNames: ['t-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle-boot'],
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
    classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    normalisation: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
  },
  'cifar-100': {
    ...TINY_IMAGES,
    title: 'CIFAR-100',
    source: 'Krizhevsky 2009, Learning multiple layers of features from tiny images',
    classes: 100,
    normalisation: { mean: [0.5071, 0.4865, 0.4409], deviation: [0.2673, 0.2564, 0.2762] },
  },
  textures: {
    title: 'synthetic textures',
    source: 'made from a seed, no files (worker/training/data/textures.ts)',
    side: 32,
    channels: 3,
    classes: 8,
    classNames: [
      'flat',
      'coarse-noise',
      'fine-noise',
      'horizontal-stripes',
      'vertical-stripes',
      'diagonal-stripes',
      'fine-stripes',
      'checks',
    ],
    labels: 'one',
    trainImages: 4_000,
    testImages: 1_000,
    normalisation: { mean: [0.4905, 0.4908, 0.4892], deviation: [0.193, 0.1938, 0.1913] },
  },
};

/** Of PASCAL VOC, in the order of its class lists. */
export const VOC_CLASSES = [
  'aeroplane',
  'bicycle',
  'bird',
  'boat',
  'bottle',
  'bus',
  'car',
  'cat',
  'chair',
  'cow',
  'diningtable',
  'dog',
  'horse',
  'motorbike',
  'person',
  'pottedplant',
  'sheep',
  'sofa',
  'train',
  'tvmonitor',
] as const;

export const DATASETS: Readonly<Record<DatasetName, DatasetFacts>> = {
  ...FIXED_DATASETS,
  voc07: {
    title: 'PASCAL VOC 2007',
    source: 'Everingham et al. 2010, International Journal of Computer Vision 88(2)',
    channels: 3,
    classes: VOC_CLASSES.length,
    classNames: VOC_CLASSES,
    labels: 'several',
    trainImages: 5_011,
    testImages: 4_952,
    normalisation: PHOTOGRAPHS,
  },
  'image-folder': {
    title: 'a folder of images for each class',
    source: 'the files of the lab',
    channels: 3,
    labels: 'one',
    normalisation: PHOTOGRAPHS,
  },
};
