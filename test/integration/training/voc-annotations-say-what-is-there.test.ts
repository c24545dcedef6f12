import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VOC_CLASSES } from '../../../core/catalogue/datasets.ts';
import { trialParametersSchema } from '../../../core/study/trial-parameters.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import { createDatasetCache } from '../../../worker/training/data/dataset-cache.ts';
import { locateDataset } from '../../../worker/training/data/locate-dataset.ts';
import { selectImages } from '../../../worker/training/data/trial-images.ts';
import { readVoc } from '../../../worker/training/data/voc.ts';
import { readVocAnnotation } from '../../../worker/training/data/voc-annotation.ts';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { annotation, writeTree, writeVoc } from '../../support/image-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';

const number = (name: (typeof VOC_CLASSES)[number]): number => VOC_CLASSES.indexOf(name);

const SETS = {
  trainval: {
    '000005': [
      ['chair', false],
      ['chair', true],
    ],
    '000007': [
      ['car', false],
      ['person', true],
    ],
    '000009': [
      ['horse', false],
      ['person', false],
    ],
    '000012': [['car', true]],
  },
  test: {
    '000001': [
      ['dog', false],
      ['person', false],
    ],
    '000002': [['train', false]],
  },
} as const;

describe('an annotation', () => {
  it('marks a class present, difficult only, or absent', () => {
    const targets = readVocAnnotation(
      annotation([
        ['dog', true],
        ['cat', false],
        ['cat', true],
        ['dog', true],
      ]),
    );
    const expected = new Int8Array(20).fill(-1);
    expected[number('dog')] = 0;
    expected[number('cat')] = 1;
    expect(targets).toEqual(expected);
    // A difficult object beside an easy one hides nothing, in either order.
    expect(
      readVocAnnotation(
        annotation([
          ['dog', false],
          ['dog', true],
        ]),
      ),
    ).toEqual(
      readVocAnnotation(
        annotation([
          ['dog', true],
          ['dog', false],
        ]),
      ),
    );
    expect(readVocAnnotation(annotation([]))).toEqual(new Int8Array(20).fill(-1));
  });

  it.each([
    ['<annotation><object><name>unicorn</name></object></annotation>', /an object of class "unicorn"/],
    ['<annotation><object><name>dog</name><difficult>2</difficult></object></annotation>', /difficult = "2"/],
    ['<annotation><object>', /^".*"$/],
    ['', /^".*"$/],
    ['<html></html>', /a root element <html>/],
    ['<annotation>&undeclared;</annotation>', /^".*"$/],
    [
      '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation><object>&x;</object></annotation>',
      /a document type/,
    ],
    [`<annotation>${'<a>'.repeat(200_000)}`, /elements nested more than 32 deep/],
    [`<annotation>${' '.repeat(2 ** 20)}</annotation>`, /characters/],
  ])('is refused for what it should not hold: %#', (text, problem) => {
    expect(readVocAnnotation(text)).toEqual(expect.stringMatching(problem));
  });

  it('expands no entity, so a billion laughs cost nothing', () => {
    const levels = Array.from({ length: 10 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`);
    const bomb = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY l0 "lol">${levels.join('')}]><annotation><object><name>&l10;</name></object></annotation>`;
    expect(readVocAnnotation(bomb)).toBe('a document type');
  });

  it('ends in targets or in a reason, whatever the text', () => {
    const whole = annotation([
      ['dog', false],
      ['person', true],
    ]);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.string({ maxLength: 12 }), (place, text) => {
        const found = readVocAnnotation(whole.slice(0, place) + text + whole.slice(place + text.length));
        expect(typeof found === 'string' ? found.length : found.length - 19).toBeGreaterThan(0);
      }),
    );
  });
});

describe('PASCAL VOC', () => {
  it('is read by its lists, and its difficult objects count neither way', async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, 'VOCdevkit', 'VOC2007');
    await writeVoc(root, SETS);
    expect(await locateDataset({ dataset: 'voc07' }, [folder.path])).toBe(root);
    const { train, test, facts } = await readVoc(root);
    expect(facts).toMatchObject({ classes: 20, trainImages: 4, testImages: 2, labels: 'several' });
    const row = (image: number): number[] => Array.from(train.targets?.subarray(image * 20, image * 20 + 20) ?? []);
    expect(row(0).filter((value) => value !== -1)).toEqual([1]);
    expect(row(1)[number('car')]).toBe(1);
    expect(row(1)[number('person')]).toBe(0);
    expect(row(2)[number('person')]).toBe(1);
    expect(row(3).filter((value) => value !== -1)).toEqual([0]);
    expect(test?.targets?.[20 + number('train')]).toBe(1);
  });

  it('is asked about some classes only', async () => {
    await using folder = await temporaryFolder();
    await writeVoc(folder.path, SETS);
    const selection = {
      dataset: 'voc07',
      classes: ['person', 'car'],
      trainImages: 4,
      validationImages: 0,
      testImages: 2,
    } as const;
    const images = selectImages(selection, 1, await readVoc(folder.path));
    const rows = Array.from(images.train.places, (place, row) => [
      place,
      ...(images.train.targets?.subarray(2 * row, 2 * row + 2) ?? []),
    ]).sort(([a = 0], [b = 0]) => a - b);
    expect(rows).toEqual([
      [0, -1, -1],
      [1, 0, 1],
      [2, 1, -1],
      [3, -1, 0],
    ]);
  });

  it('is refused for lists that lead elsewhere, and files that are missing', async () => {
    await using folder = await temporaryFolder();
    await writeVoc(folder.path, SETS);
    const list = join(folder.path, 'ImageSets/Main/trainval.txt');
    for (const line of ['../../../../etc/passwd', '000005 1', '.hidden', 'a\\b']) {
      await writeFile(list, `000005\n${line}\n`);
      await expect(readVoc(folder.path)).rejects.toMatchObject({
        code: 'DATASET_CORRUPT',
        message: expect.stringMatching(/a list of one image a line at line 2, got/),
      });
    }
    await writeFile(list, '000005\n999999\n');
    await expect(readVoc(folder.path)).rejects.toMatchObject({
      code: 'DATASET_MISSING',
      message: expect.stringMatching(/999999\.xml to be there/),
    });
    await writeFile(list, '000005\n');
    await writeTree(folder.path, { 'Annotations/000005.xml': '<annotation><object/></annotation>' });
    await expect(readVoc(folder.path)).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
      message: expect.stringMatching(/000005\.xml to be an annotation of PASCAL VOC .*, got an object of class ""/),
    });
  });

  it('trains one-vs-rest classifiers', async () => {
    await using folder = await temporaryFolder();
    await writeVoc(join(folder.path, 'voc07'), SETS);
    const parameters = trialParametersSchema.parse({
      ...SHORT_TRIAL,
      dataset: 'voc07',
      loss: 'hinge',
      trainImages: 4,
      testImages: 2,
      batchSize: 2,
      trainScale: [28, 40],
    });
    const executor = createOnnxExecutor({ threads: 1 });
    try {
      const datasets = createDatasetCache([folder.path]);
      const signal = new AbortController().signal;
      const deps = { executor, datasets, signal, now: () => 0, ...recorder() };
      expect(await trainTrial({ parameters, seed: 1 }, deps)).toMatchObject({ status: 'succeeded' });
    } finally {
      await executor.dispose();
    }
  });
});
