/** Where Debian's package `dataset-fashion-mnist` puts its files; a colon-separated list in the environment comes first. */
export const DATASET_ROOTS: readonly string[] = [
  ...(process.env.TICKWORK_DATASET_ROOTS?.split(':').filter((root) => root !== '') ?? []),
  '/usr/share/datasets',
];
