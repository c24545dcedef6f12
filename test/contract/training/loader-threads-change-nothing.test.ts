import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXED_DATASETS } from '../../../core/catalogue/datasets.ts';
import { square, testCrops } from '../../../worker/training/data/crops.ts';
import type { ImageSet } from '../../../worker/training/data/dataset.ts';
import { readImageFolder } from '../../../worker/training/data/image-folder.ts';
import { createPixelCache } from '../../../worker/training/data/pixel-cache.ts';
import { makeTextures } from '../../../worker/training/data/textures.ts';
import { createDirectInput, type ReadableSets } from '../../../worker/training/input/direct-input.ts';
import type { BatchReader, ImageInput } from '../../../worker/training/input/image-input.ts';
import { countBatches, countRows, type InputPass } from '../../../worker/training/input/pass.ts';
import { compileSources } from '../../support/compiled-sources.ts';
import { writeColourFolder } from '../../support/image-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

type Loaders = typeof import('../../../worker/training/input/loader-input.ts');

const SIDE = 24;

let loaders: Loaders;
let stored: ImageSet;
let files: ImageSet;
const cleaners: AsyncDisposable[] = [];

beforeAll(async () => {
  const compiled = await compileSources();
  const folder = await temporaryFolder();
  cleaners.push(compiled, folder);
  // Threads run JavaScript; this is the same code as the tests import.
  loaders = await import(pathToFileURL(join(compiled.dist, 'worker/training/input/loader-input.js')).href);
  await writeColourFolder(folder.path, 6);
  await writeFile(join(folder.path, 'train/green/004.JPEG'), 'no image');
  await writeFile(join(folder.path, 'train/red/002.png'), 'no image');
  files = (await readImageFolder(folder.path)).train;
  stored = makeTextures({ ...FIXED_DATASETS.textures, trainImages: 40, testImages: 8 }).train;
});
afterAll(async () => {
  for (const cleaner of cleaners) await cleaner[Symbol.asyncDispose]();
});

function placesOf(count: number, order: readonly number[]): Uint32Array {
  const places = new Uint32Array(new SharedArrayBuffer(4 * count));
  places.set(order.slice(0, count));
  return places;
}

const trainPass = (count: number, batchSize: number, seed: number, trainEpoch: number): InputPass => ({
  set: 'train',
  places: placesOf(count, [...Array(count).keys()].reverse()),
  batchSize,
  firstBatch: 0,
  window: square(SIDE),
  views: { kind: 'train', seed, trainEpoch, scale: [SIDE, 40], flip: true },
  corruptImages: 'skip',
});

const testPass = (count: number, batchSize: number, grid: number): InputPass => ({
  set: 'test',
  places: placesOf(count, [...Array(count).keys()]),
  batchSize,
  firstBatch: 0,
  window: square(SIDE),
  views: { kind: 'test', crops: testCrops(32, SIDE, grid, true) },
  corruptImages: 'skip',
});

/** Every byte of a pass that means something. */
const bytesOf = (input: ImageInput, pass: InputPass): Promise<string[]> => bytesOfReader(input.open(pass), pass);

async function bytesOfReader(reader: BatchReader, pass: InputPass): Promise<string[]> {
  const batches: string[] = [];
  for (let batch = pass.firstBatch; batch < countBatches(pass); batch += 1) {
    const { pixels, places } = await reader.next();
    const rows = countRows(pass, batch);
    const length = pixels.length / pass.batchSize;
    const shown = Array.from(places.subarray(0, rows), (place, row) =>
      place < 0
        ? 'nothing'
        : `${place}: ${Buffer.from(pixels.slice(row * length, (row + 1) * length)).toString('base64')}`,
    );
    batches.push(...shown);
  }
  return batches;
}

const setsOf = (images: ImageSet, capacity = 0, scale = 0): ReadableSets => {
  const kept = images.kind === 'files' || scale !== 0;
  const set = { images, cache: kept ? createPixelCache(images.count, scale, images.channels, capacity) : undefined };
  return { train: set, test: set };
};

describe('the same seed gives the same stream', () => {
  it.each(['stored', 'files'] as const)('whatever the number of loader threads, from %s', async (kind) => {
    const images = kind === 'stored' ? stored : files;
    const direct = createDirectInput(setsOf(images));
    for (const threads of [1, 2, 3]) {
      const input = loaders.createLoaderInput(setsOf(images, 2 ** 16), threads);
      try {
        await fc.assert(
          fc.asyncProperty(
            fc.record({
              count: fc.integer({ min: 1, max: images.count }),
              batchSize: fc.integer({ min: 1, max: 9 }),
              seed: fc.nat(1000),
              grid: fc.integer({ min: 1, max: 3 }),
            }),
            async ({ count, batchSize, seed, grid }) => {
              for (const pass of [trainPass(count, batchSize, seed, 1), testPass(count, batchSize, grid)]) {
                expect(await bytesOf(input, pass)).toEqual(await bytesOf(direct, pass));
              }
            },
          ),
          { numRuns: 12 },
        );
      } finally {
        await input.close();
      }
    }
  });

  it.each(['stored', 'files'] as const)('images kept at one scale are not shown at another, from %s', async (kind) => {
    const images = kind === 'stored' ? stored : files;
    // As of validation images, which lie in the training set.
    const pass = { ...testPass(images.count, 5, 2), set: 'train' } as const;
    const expected = await bytesOf(createDirectInput(setsOf(images)), pass);
    for (const capacity of [0, 5000, 2 ** 20]) {
      const input = createDirectInput(setsOf(images, capacity, 48));
      expect(await bytesOf(input, pass)).toEqual(expected);
      expect(await bytesOf(input, pass)).toEqual(expected);
    }
  });

  it.each(['stored', 'files'] as const)('whether images are kept, and as what, from %s', async (kind) => {
    const images = kind === 'stored' ? stored : files;
    const pass = {
      ...trainPass(images.count, 4, 5, 2),
      views: { ...trainPass(1, 1, 5, 2).views, scale: 30 },
    } as InputPass;
    const expected = await bytesOf(createDirectInput(setsOf(images)), pass);
    for (const capacity of [0, 5000, 2 ** 20]) {
      for (const scale of [0, 30]) {
        const input = createDirectInput(setsOf(images, capacity, scale));
        expect(await bytesOf(input, pass)).toEqual(expected);
        expect(await bytesOf(input, pass)).toEqual(expected);
      }
    }
  });

  it('whichever batch it begins with', async () => {
    const pass = trainPass(40, 4, 9, 1);
    const all = await bytesOf(createDirectInput(setsOf(stored)), pass);
    const input = loaders.createLoaderInput(setsOf(stored), 2);
    expect(await bytesOf(input, { ...pass, firstBatch: 7 })).toEqual(all.slice(28));
    await input.close();
  });

  it('when a pass is given up for another', async () => {
    const input = loaders.createLoaderInput(setsOf(files), 2);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const reader = input.open(trainPass(files.count, 2, attempt, 1));
      for (let batch = 0; batch < attempt; batch += 1) await reader.next();
    }
    const pass = trainPass(files.count, 3, 1, 3);
    expect(await bytesOf(input, pass)).toEqual(await bytesOf(createDirectInput(setsOf(files)), pass));
    await input.close();
  });
});

describe('a pass that is opened ahead', () => {
  it('is cut behind the one before it, and both give what they give alone', async () => {
    const [test, train] = [testPass(stored.count, 5, 2), trainPass(stored.count, 4, 5, 2)];
    const expected = {
      test: await bytesOf(createDirectInput(setsOf(stored)), test),
      train: await bytesOf(createDirectInput(setsOf(stored)), train),
    };
    for (const input of [createDirectInput(setsOf(stored)), loaders.createLoaderInput(setsOf(stored), 2)]) {
      const before = input.open(test);
      const ahead = input.openAhead(train);
      expect(await bytesOfReader(before, test)).toEqual(expected.test);
      expect(await bytesOfReader(ahead, train)).toEqual(expected.train);
      expect(await bytesOf(input, test)).toEqual(expected.test);
      await input.close();
    }
  });
});

describe('an image that cannot be decoded', () => {
  it('is replaced in training, and shows nothing in testing', async () => {
    const direct = createDirectInput(setsOf(files));
    const train = await bytesOf(direct, trainPass(files.count, 1, 1, 1));
    expect(train).toHaveLength(files.count);
    expect(train).not.toContain('nothing');
    const tested = await bytesOf(direct, testPass(files.count, 1, 1));
    expect(tested.filter((row) => row === 'nothing')).toHaveLength(4);
  });

  it('ends the pass with its typed error where the study says so, and the next pass begins anew', async () => {
    for (const input of [createDirectInput(setsOf(files)), loaders.createLoaderInput(setsOf(files), 2)]) {
      const strict: InputPass = { ...trainPass(files.count, 3, 1, 1), corruptImages: 'fail' };
      await expect(bytesOf(input, strict)).rejects.toMatchObject({
        code: 'DATASET_CORRUPT',
        message: expect.stringMatching(/00[24]\.(JPEG|png)/),
      });
      expect(await bytesOf(input, trainPass(files.count, 3, 1, 1))).toHaveLength(files.count);
      await input.close();
    }
  });

  it('ends its own pass and not the one that was opened ahead', async () => {
    const input = loaders.createLoaderInput(setsOf(files), 2);
    const pass = trainPass(files.count, 3, 1, 1);
    const failing = input.open({ ...pass, corruptImages: 'fail' });
    const ahead = input.openAhead(pass);
    await expect(
      (async () => {
        for (let batch = 0; batch < countBatches(pass); batch += 1) await failing.next();
      })(),
    ).rejects.toMatchObject({ code: 'DATASET_CORRUPT' });
    expect(await bytesOfReader(ahead, pass)).toEqual(await bytesOf(createDirectInput(setsOf(files)), pass));
    await input.close();
  });

  it('does not end the next pass, though its thread says so late', async () => {
    const input = loaders.createLoaderInput(setsOf(files), 2);
    const pass = trainPass(files.count, 3, 1, 1);
    await bytesOf(input, pass);
    input.open({ ...pass, corruptImages: 'fail' });
    // While this thread hears nothing, those that read the images meet the one that cannot be decoded, and say so.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
    expect(await bytesOf(input, pass)).toHaveLength(files.count);
    await input.close();
  });

  it('ends it as well when the file has gone', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(folder.path, 2);
    const { train } = await readImageFolder(folder.path);
    await rm(join(folder.path, 'train'), { recursive: true });
    const input = loaders.createLoaderInput(setsOf(train), 2);
    await expect(bytesOf(input, trainPass(6, 2, 1, 1))).rejects.toMatchObject({ code: 'DATASET_MISSING' });
    await input.close();
  });
});
