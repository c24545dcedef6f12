import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { DATASETS } from '../../../core/catalogue/datasets.ts';
import { TickworkError } from '../../../core/errors.ts';
import { shuffle } from '../../../core/random/distributions.ts';
import { createStream } from '../../../core/random/stream.ts';
import { CLASS_LIST, readClassList, requireClassCount } from './class-list.ts';
import { type Dataset, type FileImageSet, sharedBytes } from './dataset.ts';
import { createFileTable } from './file-table.ts';
import { isEntryName, resolveFolder, resolveInside } from './inside-folder.ts';

const IMAGE = /\.(jpe?g|png)$/i;
/** What the folder of test images may be called; ImageNet's is `val`. */
const TEST_FOLDERS = ['test', 'val'];

/**
 * Reads a tree of images as ImageNet has it: `train/CLASS/*.JPEG` and `val/CLASS/*` or `test/CLASS/*`; without a `train`
 * the classes lie in the folder itself and test images are drawn by the seed (Caltech-101). Classes are numbered as
 * `classes.txt` lists them, else by the sorted names of their folders. Nothing is decoded. Within a set, files are sorted
 * and then mixed by a stream of their own, so that the first n images show all classes.
 * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
 */
export async function readImageFolder(directory: string): Promise<Dataset> {
  const root = await resolveFolder(directory);
  const entries = await foldersIn(root, root);
  const hasTrain = entries.includes('train');
  const trainFolder = hasTrain ? 'train' : undefined;
  const testFolder = hasTrain ? TEST_FOLDERS.find((name) => entries.includes(name)) : undefined;
  const trainPath = trainFolder === undefined ? root : await resolveInside(root, root, trainFolder);
  const classNames = (await readClassList(root)) ?? (await foldersIn(root, trainPath));
  requireClassCount('DATASET_MISSING', `${trainPath} to hold a folder for each of`, classNames.length);
  const train = await readSet(root, trainPath, classNames);
  const facts = { ...DATASETS['image-folder'], title: directory, classes: classNames.length };
  if (testFolder === undefined) return { facts, classNames, train };
  const testPath = await resolveInside(root, root, testFolder);
  return { facts, classNames, train, test: await readSet(root, testPath, classNames) };
}

async function readSet(root: string, path: string, classNames: readonly string[]): Promise<FileImageSet> {
  const folders: string[] = [];
  const files: { folder: number; name: string }[] = [];
  for (const [label, name] of classNames.entries()) {
    const folder = await resolveInside(root, path, name);
    const images = await imagesIn(root, folder);
    if (images.length === 0) {
      const advice = `Add some, or leave the class out of ${CLASS_LIST}.`;
      throw new TickworkError('DATASET_MISSING', `Expected ${folder} to hold JPEG or PNG files, got none. ${advice}`);
    }
    folders.push(folder);
    for (const image of images) files.push({ folder: label, name: image });
  }
  const order = Uint32Array.from(files, (_, index) => index);
  shuffle(createStream(0, 'image-folder'), order);
  const mixed = Array.from(order, (index) => files[index] as { folder: number; name: string });
  const labels = new Uint16Array(new SharedArrayBuffer(2 * mixed.length));
  for (const [index, { folder }] of mixed.entries()) labels[index] = folder;
  const count = mixed.length;
  const conditions = sharedBytes(count);
  return { kind: 'files', count, channels: 3, labels, conditions, files: createFileTable(folders, mixed) };
}

/** Sorted by code units, which no locale changes. Hidden ones are none of the dataset's. */
async function foldersIn(root: string, path: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const entry of await listing(path)) {
    if (entry.name.startsWith('.')) continue;
    if (await isKind('isDirectory', root, path, entry)) names.push(entryName(path, entry));
  }
  return names.sort();
}

async function imagesIn(root: string, path: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const entry of await listing(path)) {
    if (entry.name.startsWith('.') || !IMAGE.test(entry.name)) continue;
    if (await isKind('isFile', root, path, entry)) names.push(entryName(path, entry));
  }
  return names.sort();
}

/** Whether an entry is a folder or a file, or a link to one. @throws TickworkError when a link leads out of the root or nowhere. */
async function isKind(kind: 'isDirectory' | 'isFile', root: string, path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry[kind]();
  return (await stat(await resolveInside(root, path, entryName(path, entry))))[kind]();
}

/** Refused and not left out: nobody would miss the images of a class, and lines of a log would come from a file's name. */
function entryName(path: string, { name }: Dirent): string {
  // A name that is not UTF-8 has become another one, by which nobody can open the file.
  if (isEntryName(name) && !name.includes('\ufffd')) return name;
  throw new TickworkError(
    'DATASET_CORRUPT',
    `Expected names in ${path} to be UTF-8 without control characters, colons and backslashes, got ${JSON.stringify(name)}. ` +
      'Rename the entry.',
  );
}

async function listing(path: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new TickworkError(
      'DATASET_MISSING',
      `Expected ${path} to be a readable folder, got ${code}. Install the dataset or name the directory it is in.`,
      { cause: error },
    );
  }
}
