import { FIXED_DATASETS } from '../../core/catalogue/datasets.ts';
import { integer } from '../../core/random/distributions.ts';
import { createStream } from '../../core/random/stream.ts';
import type { Dataset, StoredImageSet } from '../../worker/training/data/dataset.ts';
import type { DatasetSource } from '../../worker/training/data/dataset-cache.ts';

/** Images of random pixels, class c brighter than the others in a square of its own, so that there is something to learn. */
export function paintedImages(count: number, seed: number): StoredImageSet {
  const side = 28;
  const stream = createStream(seed, 'painted');
  const pixels = Uint8Array.from({ length: count * side * side }, () => integer(stream, 64));
  const labels = Uint16Array.from({ length: count }, (_, image) => image % 10);
  for (const [image, label] of labels.entries()) {
    const top = label < 5 ? 2 : 15;
    const left = 1 + (label % 5) * 5;
    for (let y = top; y < top + 9; y += 1)
      pixels.fill(255, (image * side + y) * side + left, (image * side + y) * side + left + 5);
  }
  return { kind: 'stored', count, side, channels: 1, pixels, labels };
}

/** A tiny dataset in memory that goes by Fashion-MNIST's name. */
export function paintedDataset(trainImages: number, testImages: number): DatasetSource {
  const facts = { ...FIXED_DATASETS['fashion-mnist'], trainImages, testImages };
  const dataset: Dataset = {
    facts,
    classNames: facts.classes,
    train: paintedImages(trainImages, 1),
    test: paintedImages(testImages, 2),
  };
  return { load: async () => dataset };
}
