import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trialParametersSchema } from '../../../core/study/trial-parameters.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import type { Dataset } from '../../../worker/training/data/dataset.ts';
import { createDatasetCache } from '../../../worker/training/data/dataset-cache.ts';
import { filePath } from '../../../worker/training/data/file-table.ts';
import { readImageFolder } from '../../../worker/training/data/image-folder.ts';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { writeColourFolder } from '../../support/image-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';

function namesOf({ train }: Dataset, label: number): string[] {
  if (train.kind !== 'files') throw new Error('Expected files.');
  const { files } = train;
  return Array.from(train.labels, (_, place) => place)
    .filter((place) => train.labels[place] === label)
    .map((place) => filePath(files, place))
    .sort();
}

describe('an image folder', () => {
  it('numbers its classes by the sorted names of their folders', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(folder.path, 4);
    await writeFile(join(folder.path, 'train', 'red', 'Thumbs.db'), 'not an image, not called one');
    const dataset = await readImageFolder(folder.path);
    expect(dataset).toMatchObject({ classNames: ['blue', 'green', 'red'], facts: { classes: 3, channels: 3 } });
    expect(dataset.train.count).toBe(12);
    expect(dataset.test?.count).toBe(12);
    expect(namesOf(dataset, 2)).toEqual(
      ['000.JPEG', '001.JPEG', '002.png', '003.JPEG'].map((name) => expect.stringMatching(`train/red/${name}$`)),
    );
    // Mixed, so that the first images show more than one class; and always the same way.
    expect(new Set(dataset.train.labels.subarray(0, 6)).size).toBeGreaterThan(1);
    expect((await readImageFolder(folder.path)).train.labels).toEqual(dataset.train.labels);
  });

  it('numbers them as classes.txt lists them', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(folder.path, 2);
    await writeFile(join(folder.path, 'classes.txt'), 'red\tthe colour of blood\r\n\ngreen\n');
    const dataset = await readImageFolder(folder.path);
    expect(dataset.classNames).toEqual(['red', 'green']);
    expect(dataset.train.count).toBe(4);
    expect(namesOf(dataset, 1)[0]).toMatch(/train\/green/);
  });

  it('may have its classes at the top, and no test images of its own', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(folder.path, 2);
    const dataset = await readImageFolder(join(folder.path, 'train'));
    expect(dataset.classNames).toEqual(['blue', 'green', 'red']);
    expect(dataset.test).toBeUndefined();
  });

  it('is missing when a class has no image', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(folder.path, 1);
    await mkdir(join(folder.path, 'train', 'violet'));
    await expect(readImageFolder(folder.path)).rejects.toMatchObject({
      code: 'DATASET_MISSING',
      message: expect.stringMatching(/violet to hold JPEG or PNG files, got none\. Add some, or leave the class out/),
    });
  });
});

describe('a trial on an image folder', () => {
  const TRIAL = trialParametersSchema.parse({
    ...SHORT_TRIAL,
    dataset: 'image-folder',
    datasetFolder: 'colours',
    classes: 3,
    trainImages: 24,
    testImages: 12,
    batchSize: 8,
    trainEpochs: 8,
    trainScale: [30, 40],
    testScale: 32,
    learningRate: 0.005,
    dropout: 0,
    colourShift: 0.1,
  });

  async function run(root: string, changes: Partial<typeof TRIAL> = {}) {
    const executor = createOnnxExecutor({ threads: 1 });
    try {
      const datasets = createDatasetCache([root]);
      const signal = new AbortController().signal;
      const deps = { executor, datasets, signal, now: () => 0, ...recorder() };
      const inputResources = { loaderThreads: 0, pixelCacheBytes: 2 ** 20 };
      return await trainTrial({ parameters: { ...TRIAL, ...changes }, seed: 1 }, { ...deps, inputResources });
    } finally {
      await executor.dispose();
    }
  }

  it('tells three colours apart', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(join(folder.path, 'colours'), 8);
    expect(await run(folder.path)).toMatchObject({ status: 'succeeded', metrics: { testError: 0 } });
  });

  it('ends with the name of a damaged file, or leaves it out and says so, as the study wants', async () => {
    await using folder = await temporaryFolder();
    const colours = join(folder.path, 'colours');
    await writeColourFolder(colours, 8);
    await writeFile(join(colours, 'train/red/003.JPEG'), 'no image');
    await writeFile(join(colours, 'val/blue/001.JPEG'), 'no image');
    expect(await run(folder.path)).toMatchObject({ status: 'failed', message: expect.stringMatching(/00[13]\.JPEG/) });
    const outcome = await run(folder.path, { corruptImages: 'skip', testImages: 24 });
    expect(outcome).toMatchObject({
      status: 'succeeded',
      metrics: { testError: 0 },
      provenance: {
        damagedImages: {
          count: 2,
          examples: [expect.stringMatching(/train\/red\/003/), expect.stringMatching(/val\/blue\/001/)],
        },
      },
    });
    await rename(join(colours, 'val'), join(folder.path, 'elsewhere'));
    const drawn = await run(folder.path, { corruptImages: 'skip', trainImages: 16, testImages: 8 });
    expect(drawn).toMatchObject({ status: 'succeeded', provenance: { damagedImages: { count: 1 } } });
  });

  it('blames the study for classes and images that the folder lacks', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(join(folder.path, 'colours'), 8);
    for (const [changes, message] of [
      [{ classes: 4 }, /Expected classes to be at most the 3 of .*colours, got 4/],
      [{ classes: ['red', 'violet'] }, /Expected classes to name classes of .*colours, got "violet"/],
      [{ trainImages: 25 }, /Expected trainImages to be at most the 24 of .*colours, got 25/],
      [{ validationImages: 4 }, /Expected trainImages to be at most the 20 that others leave of/],
      [{ imagesPerClass: 9, trainImages: 27 }, /Expected trainImages to be at most the 24/],
    ] as const) {
      const outcome = await run(folder.path, changes as Partial<typeof TRIAL>);
      expect(outcome).toMatchObject({ status: 'failed', kind: 'user_error', message: expect.stringMatching(message) });
    }
    expect(await run(folder.path, { datasetFolder: 'absent' })).toMatchObject({
      kind: 'infrastructure',
      message: expect.stringMatching(/absent to be readable for dataset image-folder, got none \(looked in /),
    });
  });
});
