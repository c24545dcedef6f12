import { join } from 'node:path';
import { DATASETS, VOC_CLASSES } from '../../../core/catalogue/datasets.ts';
import { type Dataset, type FileImageSet, sharedBytes } from './dataset.ts';
import { createFileTable } from './file-table.ts';
import { isEntryName, resolveFolder, resolveInside } from './inside-folder.ts';
import { damagedFile, readRegularFile } from './regular-file.ts';
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
  const root = await resolveFolder(directory);
  const train = await readSet(root, TRAIN_LIST);
  const test = await readSet(root, TEST_LIST);
  const facts = { ...DATASETS.voc07, trainImages: train.count, testImages: test.count };
  return { facts, classNames: VOC_CLASSES, train, test };
}

async function readSet(root: string, list: string): Promise<FileImageSet> {
  const lists = await resolveInside(root, await resolveInside(root, root, 'ImageSets'), 'Main');
  const path = await resolveInside(root, lists, list);
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
      throw damagedFile(annotation, 'an annotation of PASCAL VOC without a document type', found);
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
      throw damagedFile(path, `a list of one image a line at line ${index + 1}`, JSON.stringify(line.slice(0, 80)));
    }
    names.push(name);
  }
  if (names.length === 0) throw damagedFile(path, 'a list of images', 'none');
  return names;
}

const readText = async (path: string): Promise<string> => (await readRegularFile(path, MAX_BYTES, 'a text')).toString();
