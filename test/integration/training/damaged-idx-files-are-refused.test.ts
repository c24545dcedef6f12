import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIXED_DATASETS } from '../../../core/catalogue/datasets.ts';
import { createDatasetCache } from '../../../worker/training/data/dataset-cache.ts';
import { readIdx } from '../../../worker/training/data/idx.ts';
import { IDX_FILES, readIdxImageSets } from '../../../worker/training/data/idx-image-sets.ts';
import { locateDataset } from '../../../worker/training/data/locate-dataset.ts';
import { idxBytes, writeMaybeCompressed } from '../../support/idx-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const PIXELS = Uint8Array.from({ length: 3 * 4 * 4 }, (_, i) => i * 5);
const corrupt = (message: RegExp) =>
  expect.objectContaining({ code: 'DATASET_CORRUPT', message: expect.stringMatching(message) });
const missing = (message: RegExp) =>
  expect.objectContaining({ code: 'DATASET_MISSING', message: expect.stringMatching(message) });

describe('readIdx', () => {
  it.each(['images-idx3-ubyte', 'images-idx3-ubyte.gz'])('reads %s as it was written', async (name) => {
    await using folder = await temporaryFolder();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 64 }), async (elements) => {
        const path = await writeMaybeCompressed(join(folder.path, name), idxBytes([elements.length, 1], elements));
        expect(await readIdx(path, [elements.length, 1])).toEqual(elements);
      }),
      { numRuns: 20 },
    );
  });

  it('names the file, what it should hold and what it holds', async () => {
    await using folder = await temporaryFolder();
    const read = async (name: string, bytes: Uint8Array, dimensions: readonly number[] = [3, 4, 4]): Promise<unknown> =>
      readIdx(await writeMaybeCompressed(join(folder.path, name), bytes), dimensions).catch((error: unknown) => error);
    const good = idxBytes([3, 4, 4], PIXELS);
    for (const end of ['', '.gz']) {
      expect(await read(`magic${end}`, idxBytes([3, 4, 4], PIXELS, 0x0d))).toEqual(
        corrupt(/magic.* to hold the idx magic number 0x00000803, got 0x00000d03\. Install/),
      );
      expect(await read(`labels${end}`, idxBytes([48], PIXELS))).toEqual(
        corrupt(/magic number 0x00000803, got 0x00000801/),
      );
      expect(await read(`count${end}`, idxBytes([2, 4, 4], PIXELS))).toEqual(corrupt(/dimensions 3×4×4, got 2×4×4/));
      expect(await read(`short${end}`, good.subarray(0, -1))).toEqual(
        corrupt(/48 bytes of data after the header, got 47/),
      );
      expect(await read(`long${end}`, idxBytes([3, 4, 4], new Uint8Array(49)))).toEqual(
        corrupt(/48 bytes of data .*got more/),
      );
      expect(await read(`header${end}`, good.subarray(0, 9))).toEqual(corrupt(/a header of 16 bytes, got 9 bytes/));
      expect(await read(`empty${end}`, new Uint8Array(0))).toEqual(corrupt(/a header of 16 bytes, got 0 bytes/));
    }
  });

  it('allocates nothing for dimensions it was not told to expect', async () => {
    await using folder = await temporaryFolder();
    const bytes = idxBytes([0xffff_ffff, 0xffff_ffff, 0xffff_ffff], PIXELS);
    const path = await writeMaybeCompressed(join(folder.path, 'bomb.gz'), bytes);
    await expect(readIdx(path, [3, 4, 4])).rejects.toEqual(corrupt(/got 4294967295×4294967295×4294967295/));
  });

  it('stops inflating at the first byte too many', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'inflating.gz');
    // 64 MiB of zeros behind an honest header: 64 KiB on disk.
    await writeFile(path, gzipSync(idxBytes([3, 4, 4], new Uint8Array(1 << 26))));
    const before = process.memoryUsage().arrayBuffers;
    await expect(readIdx(path, [3, 4, 4])).rejects.toEqual(corrupt(/48 bytes of data .*got more/));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 24);
  });

  it('tells a gzip file that ends early from one that is no gzip file', async () => {
    await using folder = await temporaryFolder();
    const path = await writeMaybeCompressed(join(folder.path, 'cut.gz'), idxBytes([3, 4, 4], PIXELS));
    const { length } = await readFile(path);
    await truncate(path, length - 12);
    await expect(readIdx(path, [3, 4, 4])).rejects.toEqual(
      corrupt(/cut\.gz to hold a whole gzip stream, got one that ends early/),
    );
    const plain = join(folder.path, 'plain.gz');
    await writeFile(plain, idxBytes([3, 4, 4], PIXELS));
    await expect(readIdx(plain, [3, 4, 4])).rejects.toEqual(
      corrupt(/plain\.gz to hold a gzip stream, got bytes that are not/),
    );
  });

  it('calls a file that cannot be opened missing', async () => {
    await using folder = await temporaryFolder();
    await expect(readIdx(join(folder.path, 'absent.gz'), [1])).rejects.toEqual(
      missing(/absent\.gz to be a readable file, got ENOENT/),
    );
    await expect(readIdx(folder.path, [1])).rejects.toEqual(missing(/to be a readable file, got EISDIR/));
  });
});

describe('a dataset directory', () => {
  const facts = { ...FIXED_DATASETS['fashion-mnist'], side: 4, trainImages: 3, testImages: 2 };

  async function writeTiny(directory: string, labels = Uint8Array.of(0, 9, 3)): Promise<void> {
    await mkdir(directory, { recursive: true });
    for (const file of IDX_FILES) {
      const count = file.startsWith('train') ? 3 : 2;
      const dimensions = file.includes('idx3') ? [count, 4, 4] : [count];
      const elements = file.includes('idx3') ? PIXELS.subarray(0, count * 16) : labels.subarray(0, count);
      await writeMaybeCompressed(join(directory, file), idxBytes(dimensions, elements));
    }
  }

  it('is read whole', async () => {
    await using folder = await temporaryFolder();
    await writeTiny(folder.path);
    const { train, test } = await readIdxImageSets(folder.path, facts);
    expect(train).toEqual({
      kind: 'stored',
      count: 3,
      side: 4,
      channels: 1,
      pixels: PIXELS,
      labels: Uint16Array.of(0, 9, 3),
    });
    expect(test).toMatchObject({ count: 2, labels: Uint16Array.of(0, 9) });
  });

  it('is refused for a label that no class has', async () => {
    await using folder = await temporaryFolder();
    await writeTiny(folder.path, Uint8Array.of(0, 10, 3));
    await expect(readIdxImageSets(folder.path, facts)).rejects.toEqual(
      corrupt(/Expected label 1 of .*train-labels.* below 10, got 10/),
    );
  });

  it('is found under its name or as the root itself, in the order of the roots', async () => {
    await using folder = await temporaryFolder();
    const named = join(folder.path, 'named', 'fashion-mnist');
    const bare = join(folder.path, 'bare');
    await writeTiny(named);
    await writeTiny(bare);
    const absent = join(folder.path, 'absent');
    expect(await locateDataset({ dataset: 'fashion-mnist' }, [absent, join(folder.path, 'named'), bare])).toBe(named);
    expect(await locateDataset({ dataset: 'fashion-mnist' }, [bare, named])).toBe(bare);
  });

  it('is missing by the name of its file and of every place looked in, until it is put there', async () => {
    await using folder = await temporaryFolder();
    const datasets = createDatasetCache([folder.path]);
    await expect(datasets.load({ dataset: 'fashion-mnist' })).rejects.toEqual(
      missing(
        /Expected .*fashion-mnist\/train-images-idx3-ubyte\.gz to be readable for dataset fashion-mnist, got none \(looked in /,
      ),
    );
    await writeTiny(join(folder.path, 'fashion-mnist'));
    // Found now, and refused for being three images instead of sixty thousand.
    await expect(datasets.load({ dataset: 'fashion-mnist' })).rejects.toEqual(
      corrupt(/dimensions 60000×28×28, got 3×4×4/),
    );
    await expect(locateDataset({ dataset: 'fashion-mnist' }, [])).rejects.toEqual(missing(/no directory was given/));
  });
});
