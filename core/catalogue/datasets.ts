/** Names a study may use; what they are is fixed here, where their files lie is the worker's business. */
export const DATASET_NAMES = ['fashion-mnist'] as const;

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

/** A network sees (pixel / 255 − mean) / deviation. */
export interface Normalisation {
  readonly mean: number;
  readonly deviation: number;
}

export const DATASETS: Readonly<Record<DatasetName, DatasetFacts>> = {
  'fashion-mnist': {
    title: 'Fashion-MNIST',
    source: 'Xiao, Rasul & Vollgraf 2017, arXiv 1708.07747',
    side: 28,
    channels: 1,
    classes: 10,
    trainImages: 60_000,
    testImages: 10_000,
    normalisation: { mean: 0.28604, deviation: 0.353024 },
  },
};
