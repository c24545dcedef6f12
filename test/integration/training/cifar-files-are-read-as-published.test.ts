import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FIXED_DATASETS } from '../../../core/catalogue/datasets.ts';
import { CIFAR_10, CIFAR_100, readCifar } from '../../../worker/training/data/cifar.ts';
import { locateDataset } from '../../../worker/training/data/locate-dataset.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Two images to a file, 4×4 pixels: real layout, small size. */
const SMALL = { ...FIXED_DATASETS['cifar-10'], side: 4, trainImages: 10, testImages: 2 };
const AREA = 16;
/** Value of a pixel that names its place. */
const pixelOf = (image: number, channel: number, pixel: number): number => (image * 50 + channel * 16 + pixel) % 256;

function records(first: number, labelBytes: number, labelOf: (image: number) => number): Uint8Array {
  const images = [first, first + 1].map((image) => [
    ...Array<number>(labelBytes - 1).fill(99),
    labelOf(image),
    ...[0, 1, 2].flatMap((channel) => Array.from({ length: AREA }, (_, pixel) => pixelOf(image, channel, pixel))),
  ]);
  return Uint8Array.from(images.flat());
}

async function writeCifar10(folder: string): Promise<void> {
  for (const [batch, name] of CIFAR_10.train.entries()) {
    await writeFile(
      join(folder, name),
      records(2 * batch, 1, (image) => image),
    );
  }
  await writeFile(
    join(folder, 'test_batch.bin'),
    records(0, 1, () => 7),
  );
}

test('planes become pixels, in the order of the five batches', async () => {
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  await writeCifar10(folder);
  const { train, test: tested } = await readCifar(folder, SMALL, CIFAR_10);
  if (train.kind !== 'stored') throw new Error('Expected decoded images.');
  expect(Array.from(train.labels)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(Array.from(tested?.labels ?? [])).toEqual([7, 7]);
  for (const [image, channel, pixel] of [
    [0, 0, 0],
    [3, 1, 5],
    [9, 2, 15],
  ] as const) {
    expect(train.pixels[(image * AREA + pixel) * 3 + channel]).toBe(pixelOf(image, channel, pixel));
  }
});

test('CIFAR-100 is labelled by its fine classes', async () => {
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  const facts = { ...FIXED_DATASETS['cifar-100'], side: 4, trainImages: 2, testImages: 2 };
  await writeFile(
    join(folder, 'train.bin'),
    records(0, 2, (image) => 40 + image),
  );
  await writeFile(
    join(folder, 'test.bin'),
    records(0, 2, () => 3),
  );
  const { train } = await readCifar(folder, facts, CIFAR_100);
  expect(Array.from(train.labels)).toEqual([40, 41]);
});

test('a file of another size, a label out of range and a missing file are told apart', async () => {
  await using temporary = await temporaryFolder();
  const folder = temporary.path;
  await writeCifar10(folder);
  await truncate(join(folder, 'data_batch_3.bin'), 30);
  await expect(readCifar(folder, SMALL, CIFAR_10)).rejects.toMatchObject({
    code: 'DATASET_CORRUPT',
    message: expect.stringMatching(/data_batch_3\.bin to hold 98 bytes, got 30/),
  });
  await writeFile(
    join(folder, 'data_batch_3.bin'),
    records(4, 1, () => 10),
  );
  await expect(readCifar(folder, SMALL, CIFAR_10)).rejects.toMatchObject({
    code: 'DATASET_CORRUPT',
    message: expect.stringMatching(/label 0 of .*data_batch_3\.bin to be below 10, got 10/),
  });
  await using empty = await temporaryFolder();
  await expect(readCifar(empty.path, SMALL, CIFAR_10)).rejects.toMatchObject({ code: 'DATASET_MISSING' });
});

test('the folder that the archive unpacks to is found', async () => {
  await using temporary = await temporaryFolder();
  const root = temporary.path;
  const folder = join(root, 'cifar-10-batches-bin');
  await mkdir(folder);
  await writeCifar10(folder);
  expect(await locateDataset({ dataset: 'cifar-10' }, [root])).toBe(folder);
  await expect(locateDataset({ dataset: 'cifar-100' }, [root])).rejects.toMatchObject({ code: 'DATASET_MISSING' });
});
