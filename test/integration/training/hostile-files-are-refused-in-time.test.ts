import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { FIXED_DATASETS } from '../../../core/catalogue/datasets.ts';
import { TickworkError } from '../../../core/errors.ts';
import { CIFAR_10, CIFAR_100, readCifar } from '../../../worker/training/data/cifar.ts';
import { requireClassCount } from '../../../worker/training/data/class-list.ts';
import { readIdx } from '../../../worker/training/data/idx.ts';
import { decodeImageFile, readImageSize } from '../../../worker/training/data/image-decoder.ts';
import { readImageFolder } from '../../../worker/training/data/image-folder.ts';
import { readVoc } from '../../../worker/training/data/voc.ts';
import { idxBytes } from '../../support/idx-file.ts';
import { annotation, imageBytes, writeColourFolder, writeTree, writeVoc } from '../../support/image-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const corrupt = (message: RegExp) =>
  expect.objectContaining({ code: 'DATASET_CORRUPT', message: expect.stringMatching(message) });
const missing = (message: RegExp) =>
  expect.objectContaining({ code: 'DATASET_MISSING', message: expect.stringMatching(message) });

const makePipe = (path: string): void => void execFileSync('mkfifo', [path]);

/** Every loader, and a path of a file that it reads; none of them looks at the pixels of an image. */
const READ_FILES = [
  { file: 'images.gz', read: (folder: string) => readIdx(join(folder, 'images.gz'), [1, 2, 2]) },
  { file: 'images', read: (folder: string) => readIdx(join(folder, 'images'), [1, 2, 2]) },
  { file: 'data_batch_1.bin', read: (folder: string) => readCifar(folder, FIXED_DATASETS['cifar-10'], CIFAR_10) },
  { file: 'train.bin', read: (folder: string) => readCifar(folder, FIXED_DATASETS['cifar-100'], CIFAR_100) },
  { file: 'classes.txt', read: readImageFolder },
  { file: 'ImageSets/Main/trainval.txt', read: readVoc },
  { file: 'Annotations/000005.xml', read: readVoc },
  { file: 'photo.jpg', read: (folder: string) => decodeImageFile(join(folder, 'photo.jpg')) },
  { file: 'photo.png', read: (folder: string) => readImageSize(join(folder, 'photo.png')) },
] as const;

/** A folder in which every loader but the one that is fooled would find what it looks for. */
async function writeAll(root: string): Promise<void> {
  await writeColourFolder(root, 1);
  await writeVoc(root, { trainval: { '000005': [['dog', false]] }, test: { '000001': [['cat', false]] } });
  await writeFile(join(root, 'classes.txt'), 'red\ngreen\n');
}

describe('a loader waits for nobody', () => {
  it.each(READ_FILES)('$file is a named pipe that nobody writes to', async ({ file, read }) => {
    await using folder = await temporaryFolder();
    await writeAll(folder.path);
    await rm(join(folder.path, file), { force: true });
    makePipe(join(folder.path, file));
    await expect(read(folder.path)).rejects.toEqual(
      corrupt(/to be a regular file, got a pipe, a device or a socket\./),
    );
  });

  it.each(READ_FILES)('$file is a link to itself', async ({ file, read }) => {
    await using folder = await temporaryFolder();
    await writeAll(folder.path);
    await rm(join(folder.path, file), { force: true });
    await symlink(join(folder.path, file), join(folder.path, file));
    await expect(read(folder.path)).rejects.toEqual(missing(/got ELOOP/));
  });

  it.each(READ_FILES)('$file is a device without end', async ({ file, read }) => {
    await using folder = await temporaryFolder();
    await writeAll(folder.path);
    await rm(join(folder.path, file), { force: true });
    await symlink('/dev/zero', join(folder.path, file));
    await expect(read(folder.path)).rejects.toEqual(
      corrupt(/to be a regular file, got a pipe, a device or a socket|to lie in .*, got \/dev\/zero/),
    );
  });

  it.each(READ_FILES)('$file is a folder', async ({ file, read }) => {
    await using folder = await temporaryFolder();
    await writeAll(folder.path);
    await rm(join(folder.path, file), { force: true });
    await mkdir(join(folder.path, file));
    await expect(read(folder.path)).rejects.toEqual(missing(/to be a readable file, got EISDIR/));
  });

  it('images of a folder that are pipes, folders or links to folders are none', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(folder.path, 1);
    const red = join(folder.path, 'train', 'red');
    makePipe(join(red, 'pipe.jpg'));
    await mkdir(join(red, 'folder.png'));
    await symlink(join(folder.path, 'train', 'blue'), join(red, 'linked.jpg'));
    expect((await readImageFolder(folder.path)).train.count).toBe(3);
  });
});

describe('a list that is a link out of the folder', () => {
  it.each([
    { file: 'classes.txt', read: readImageFolder },
    { file: 'ImageSets/Main/test.txt', read: readVoc },
  ])('is refused without a word of what it holds: $file', async ({ file, read }) => {
    await using outside = await temporaryFolder();
    await using folder = await temporaryFolder();
    await writeAll(folder.path);
    await writeFile(join(outside.path, 'secret'), 'root:x:0:0\nroot:x:0:0\n');
    await rm(join(folder.path, file));
    await symlink(join(outside.path, 'secret'), join(folder.path, file));
    const error = await read(folder.path).catch((caught: unknown) => caught as Error);
    expect(error).toEqual(corrupt(/to lie in .*, got .*secret/));
    expect(String(error)).not.toContain('root:');
  });
});

describe('a name in a folder', () => {
  it.each(['two\nlines', 'colon: evil', 'back\\slash', 'bell\u0007'])(
    'is refused and not left out: %j',
    async (name) => {
      await using folder = await temporaryFolder();
      await writeColourFolder(folder.path, 1);
      const image = await imageBytes(9, 9, { format: 'png' });
      await writeTree(folder.path, { [`train/red/${name}.png`]: image });
      const refused = corrupt(/^Expected names in .*red to be UTF-8 .*Rename the entry\.$/);
      await expect(readImageFolder(folder.path)).rejects.toEqual(refused);
      await rm(join(folder.path, 'train', 'red', `${name}.png`));
      for (const set of ['train', 'val']) await writeTree(folder.path, { [`${set}/${name}/0.png`]: image });
      await expect(readImageFolder(folder.path)).rejects.toEqual(
        corrupt(/^Expected names in .*train to be UTF-8 .*entry\.$/),
      );
    },
  );

  it('is refused when it is not UTF-8, as nobody could open the file by it', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(folder.path, 1);
    const path = Buffer.concat([
      Buffer.from(join(folder.path, 'train', 'red', 'latin-')),
      Buffer.from([0xe9]),
      Buffer.from('.png'),
    ]);
    await writeFile(path, await imageBytes(9, 9, { format: 'png' }));
    await expect(readImageFolder(folder.path)).rejects.toEqual(corrupt(/got "latin-\ufffd\.png"/));
  });

  it('may be of any script, and two ways of writing one letter are two classes', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(folder.path, 1);
    const names = ['猫', 'caf\u00e9', 'cafe\u0301', '__proto__', 'constructor', 'with space'];
    for (const set of ['train', 'val']) {
      for (const name of names)
        await writeTree(folder.path, { [`${set}/${name}/画像.png`]: await imageBytes(9, 9, { format: 'png' }) });
    }
    const { classNames, train } = await readImageFolder(folder.path);
    expect(new Set(classNames as readonly string[])).toEqual(new Set([...names, 'blue', 'green', 'red']));
    expect(train.count).toBe(9);
  });
});

it('thousands of classes are read, and more than labels can number are refused', async () => {
  await using folder = await temporaryFolder();
  const image = await imageBytes(4, 4, { format: 'png' });
  const train = join(folder.path, 'train');
  const name = (index: number): string => `n${String(index).padStart(8, '0')}`;
  for (let index = 0; index < 3_000; index += 1) {
    mkdirSync(join(train, name(index)), { recursive: true });
    writeFileSync(join(train, name(index), '0.png'), image);
  }
  const { classNames, train: set } = await readImageFolder(folder.path);
  expect(classNames).toHaveLength(3_000);
  expect(new Set(set.labels).size).toBe(3_000);
  expect(() => requireClassCount('DATASET_MISSING', 'train to hold', 65_535)).not.toThrow();
  expect(() => requireClassCount('DATASET_MISSING', 'train to hold', 65_536)).toThrow(
    corrupt(/^Expected train to hold 2 to 65535 classes, got 65536\.$/),
  );
});

describe('a file cut at any byte', () => {
  it('is refused as idx, compressed or not', async () => {
    await using folder = await temporaryFolder();
    const bytes = idxBytes(
      [3, 2, 2],
      Uint8Array.from({ length: 12 }, (_, i) => 17 * i),
    );
    for (const [name, whole] of [
      ['plain', bytes],
      ['packed.gz', gzipSync(bytes)],
    ] as const) {
      const path = join(folder.path, name);
      for (let length = 0; length < whole.length; length += 1) {
        await writeFile(path, whole.subarray(0, length));
        await expect(readIdx(path, [3, 2, 2]), `${name} of ${length} bytes`).rejects.toEqual(corrupt(/to hold/));
      }
    }
  });

  it.each(['jpeg', 'progressive', 'png', 'interlaced'] as const)('is refused as %s', async (kind) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'cut.jpg');
    const plain = await imageBytes(24, 20, { format: 'png' });
    const whole =
      kind === 'jpeg' || kind === 'progressive'
        ? await sharp(plain)
            .jpeg({ progressive: kind === 'progressive' })
            .toBuffer()
        : await sharp(plain)
            .png({ progressive: kind === 'interlaced' })
            .toBuffer();
    // Behind the mark of its end a file has nothing that an image needs.
    const end = whole.length - (kind === 'png' || kind === 'interlaced' ? 4 : 0);
    for (let length = 0; length < end; length += 1) {
      await writeFile(path, whole.subarray(0, length));
      await expect(decodeImageFile(path), `${kind} of ${length} bytes`).rejects.toEqual(corrupt(/cut\.jpg to be/));
    }
  });

  it('is refused as an annotation', async () => {
    await using folder = await temporaryFolder();
    await writeVoc(folder.path, { trainval: { '000005': [['dog', false]] }, test: { '000001': [['cat', false]] } });
    const whole = annotation([['dog', false]]).trimEnd();
    for (let length = 0; length < whole.length; length += 7) {
      await writeTree(folder.path, { 'Annotations/000005.xml': whole.slice(0, length) });
      await expect(readVoc(folder.path)).rejects.toEqual(corrupt(/000005\.xml to be an annotation/));
    }
  });
});

describe('a bomb', () => {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  /** 512 MiB of zeros in half a megabyte. */
  const packed = (): Buffer => deflateSync(Buffer.alloc(2 ** 29));

  it('in a profile or a comment of a PNG is not unpacked', { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'bomb.png');
    const whole = Buffer.from(await imageBytes(8, 8, { format: 'png' }));
    const zeros = packed();
    const before = process.memoryUsage().rss;
    for (const type of ['iCCP', 'zTXt'] as const) {
      const data = Buffer.concat([Buffer.from('name\0\0', 'latin1'), zeros]);
      await writeFile(path, Buffer.concat([whole.subarray(0, 33), chunk(type, data), whole.subarray(33)]));
      const found = await decodeImageFile(path).catch((error: unknown) => error);
      if (found instanceof Error) expect(found).toBeInstanceOf(TickworkError);
      else expect(found).toMatchObject({ width: 8, height: 8 });
      expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(128);
    }
  });

  it('in the pixels of a PNG that says it is small is not unpacked', { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'bomb.png');
    const whole = Buffer.from(await imageBytes(8, 8, { format: 'png' }));
    const zeros = packed();
    const before = process.memoryUsage().rss;
    await writeFile(path, Buffer.concat([whole.subarray(0, 33), chunk('IDAT', zeros), chunk('IEND', Buffer.alloc(0))]));
    const found = await decodeImageFile(path).catch((error: unknown) => error);
    if (found instanceof Error) expect(found).toBeInstanceOf(TickworkError);
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(128);
  });

  it('of a JPEG with thousands of scans is given up, not decoded for minutes', { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'scans.jpg');
    const whole = await sharp(await imageBytes(2_000, 2_000, { format: 'png' }))
      .jpeg({ progressive: true })
      .toBuffer();
    const last = whole.lastIndexOf(Buffer.from([0xff, 0xda]));
    const scan = whole.subarray(last, whole.length - 2);
    await writeFile(
      path,
      Buffer.concat([
        whole.subarray(0, last),
        ...Array.from({ length: 2_000 }, () => scan.subarray(0, 400)),
        scan,
        whole.subarray(-2),
      ]),
    );
    await expect(decodeImageFile(path)).rejects.toEqual(corrupt(/a JPEG that can be decoded/));
  });
});

it('a folder that goes away between finding and reading is missing', async () => {
  await using folder = await temporaryFolder();
  await writeAll(join(folder.path, 'here'));
  await rename(join(folder.path, 'here'), join(folder.path, 'gone'));
  for (const read of [readImageFolder, readVoc]) {
    await expect(read(join(folder.path, 'here'))).rejects.toMatchObject({ code: 'DATASET_MISSING' });
  }
});
