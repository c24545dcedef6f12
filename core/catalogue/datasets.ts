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
  },
};
