import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DATASETS, VOC_CLASSES } from '../../../core/catalogue/datasets.ts';
import { TickworkError } from '../../../core/errors.ts';
import { type Dataset, type FileImageSet, sharedBytes } from './dataset.ts';
import { createFileTable } from './file-table.ts';
import { isEntryName, resolveInside } from './inside-folder.ts';
import { readVocAnnotation } from './voc-annotation.ts';

/** The lists of the classification task: training on both halves of `trainval`. */
const TRAIN_LIST = 'trainval.txt';
const TEST_LIST = 'test.txt';

export const VOC_FILES: readonly string[] = [TRAIN_LIST, TEST_LIST].map((list) => join('ImageSets', 'Main', list));

/** An annotation of VOC2007 has some kilobytes, its longest list 100. */
const MAX_BYTES = 4 * 2 ** 20;

/**
 * Reads PASCAL VOC 2007 as its archives unpack: `ImageSets/Main` names the images of each set, `Annotations` says what
 * they show, `JPEGImages` are decoded when they are needed.
 * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
 */
export async function readVoc(directory: string): Promise<Dataset> {
  const root = await realpath(directory);
  const train = await readSet(root, TRAIN_LIST);
  const test = await readSet(root, TEST_LIST);
  const facts = { ...DATASETS.voc07, trainImages: train.count, testImages: test.count };
  return { facts, classNames: VOC_CLASSES, train, test };
}

async function readSet(root: string, list: string): Promise<FileImageSet> {
  const path = join(root, 'ImageSets', 'Main', list);
  const names = listedImages(path, await readText(path));
  const annotations = await resolveInside(root, root, 'Annotations');
  const images = await resolveInside(root, root, 'JPEGImages');
  const classes = VOC_CLASSES.length;
  const targets = new Int8Array(new SharedArrayBuffer(names.length * classes));
  const labels = new Uint16Array(new SharedArrayBuffer(2 * names.length));
  for (const [index, name] of names.entries()) {
    const annotation = await resolveInside(root, annotations, `${name}.xml`);
    const found = readVocAnnotation(await readText(annotation));
    if (typeof found === 'string')
      throw corrupt(annotation, 'an annotation of PASCAL VOC without a document type', found);
    targets.set(found, index * classes);
    labels[index] = Math.max(0, found.indexOf(1));
    await resolveInside(root, images, `${name}.jpg`);
  }
  const table = createFileTable(
    [images],
    names.map((name) => ({ folder: 0, name: `${name}.jpg` })),
  );
  const conditions = sharedBytes(names.length);
  return { kind: 'files', count: names.length, channels: 3, labels, targets, conditions, files: table };
}

function listedImages(path: string, text: string): readonly string[] {
  const names: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [name = '', ...rest] = line.trim().split(/\s+/);
    if (name === '') continue;
    if (rest.length > 0 || !isEntryName(name)) {
      throw corrupt(path, `a list of one image a line at line ${index + 1}`, JSON.stringify(line.slice(0, 80)));
    }
    names.push(name);
  }
  if (names.length === 0) throw corrupt(path, 'a list of images', 'none');
  return names;
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw corrupt(path, `a text of at most ${MAX_BYTES} bytes`, `${size}`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof TickworkError) throw error;
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new TickworkError(
      'DATASET_MISSING',
      `Expected ${path} to be a readable file, got ${code}. Install the dataset or name the directory it is in.`,
      { cause: error },
    );
  }
}

function corrupt(path: string, expected: string, found: string): TickworkError {
  return new TickworkError(
    'DATASET_CORRUPT',
    `Expected ${path} to be ${expected}, got ${found}. Install or copy the dataset again.`,
  );
}
