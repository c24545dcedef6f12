import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TickworkError } from '../../../core/errors.ts';
import { decodeImageFile } from '../../../worker/training/data/image-decoder.ts';
import { readImageFolder } from '../../../worker/training/data/image-folder.ts';
import { imageBytes, writeColourFolder, writeTree } from '../../support/image-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const corrupt = (message: RegExp) =>
  expect.objectContaining({ code: 'DATASET_CORRUPT', message: expect.stringMatching(message) });

async function decoded(bytes: Uint8Array, name = 'image.jpg') {
  await using folder = await temporaryFolder();
  const path = join(folder.path, name);
  await writeFile(path, bytes);
  return await decodeImageFile(path);
}

/** A PNG whose header says so; its pixels are a few compressed zeros. */
function pngOf(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const pixels = deflateSync(Buffer.alloc(1000));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

/** The size in a JPEG's frame header overwritten. */
function resizedJpeg(jpeg: Uint8Array, width: number, height: number): Uint8Array {
  const bytes = Buffer.from(jpeg);
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  bytes.writeUInt16BE(height, frame + 5);
  bytes.writeUInt16BE(width, frame + 7);
  return bytes;
}

describe('an image file', () => {
  it('is decoded as RGB, whatever it is stored as', async () => {
    for (const format of ['jpeg', 'png'] as const) {
      const image = await decoded(await imageBytes(37, 23, { format }));
      expect(image).toMatchObject({ width: 37, height: 23, channels: 3, offset: 0 });
      expect(image.pixels).toHaveLength(37 * 23 * 3);
      for (const [channel, least] of [200, 90, 40].entries()) {
        expect(Math.abs((image.pixels[channel] ?? 0) - least - 8)).toBeLessThan(24);
      }
    }
  });

  it('is what its bytes say, not what its name says', async () => {
    expect(await decoded(await imageBytes(8, 8, { format: 'png' }), 'photo.jpg')).toMatchObject({ width: 8 });
    for (const [bytes, found] of [
      [Buffer.from('GIF89a and more'), 'a file that begins with 47 49 46 38'],
      [
        Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>'),
        'begins with 3c 73 76 67',
      ],
      [Buffer.from('II*\0'), 'begins with 49 49 2a 00'],
      [Buffer.alloc(0), 'an empty file'],
      [Buffer.from([0xff, 0xd8, 0xff]), 'a JPEG that ends in its header'],
      [Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0, 0]), 'a JPEG without a frame'],
    ] as const) {
      await expect(decoded(bytes)).rejects.toEqual(corrupt(new RegExp(`to be a JPEG or PNG, got .*${found}`)));
    }
  });

  it('is refused when it ends early, wherever that is', async () => {
    for (const format of ['jpeg', 'png'] as const) {
      const whole = await imageBytes(64, 64, { format });
      for (const share of [0.02, 0.3, 0.7, 0.99]) {
        const cut = whole.subarray(0, Math.floor(whole.length * share));
        await expect(decoded(cut)).rejects.toEqual(corrupt(/Expected .*image\.jpg to be a .*\. Replace the file/));
      }
    }
  });

  it('is refused before it is decoded when it claims to be huge, or a strip', async () => {
    const before = process.memoryUsage().rss;
    await expect(decoded(pngOf(100_000, 100_000))).rejects.toEqual(
      corrupt(/at most 67108864 pixels, got one of 100000×1/),
    );
    await expect(decoded(pngOf(0xffff_ffff, 0xffff_ffff))).rejects.toEqual(corrupt(/at most 67108864 pixels/));
    await expect(decoded(resizedJpeg(await imageBytes(16, 16), 65_500, 65_500))).rejects.toEqual(
      corrupt(/at most 67108864 pixels, got one of 65500×65500/),
    );
    await expect(decoded(pngOf(30_000, 2))).rejects.toEqual(corrupt(/50 times as long as it is wide/));
    await expect(decoded(pngOf(0, 5))).rejects.toEqual(corrupt(/a PNG of 0×5 pixels/));
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27);
  });

  it('ends in pixels or in a typed error, whichever of its bytes are changed', async () => {
    const originals = [await imageBytes(48, 40), await imageBytes(48, 40, { format: 'png' })];
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'fuzzed');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...originals),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
          maxLength: 12,
        }),
        async (original, changes) => {
          const bytes = Buffer.from(original);
          for (const [place, value] of changes) bytes[Math.floor(place * bytes.length)] = value;
          await writeFile(path, bytes);
          try {
            const { width, height, pixels } = await decodeImageFile(path);
            expect(pixels).toHaveLength(width * height * 3);
          } catch (error) {
            expect(error).toBeInstanceOf(TickworkError);
            expect(error).toMatchObject({ code: 'DATASET_CORRUPT' });
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is missing when it cannot be read', async () => {
    await using folder = await temporaryFolder();
    await expect(decodeImageFile(join(folder.path, 'absent.png'))).rejects.toMatchObject({ code: 'DATASET_MISSING' });
    await mkdir(join(folder.path, 'folder.png'));
    await expect(decodeImageFile(join(folder.path, 'folder.png'))).rejects.toMatchObject({ code: 'DATASET_MISSING' });
  });
});

describe('a class list', () => {
  it.each(['../outside', '..', 'a/b', '/etc', 'a\\b', '.hidden', 'C:evil', 'nul\u0000byte', 'x'.repeat(300)])(
    'names no way out of the folder: %j',
    async (name) => {
      await using folder = await temporaryFolder();
      await writeColourFolder(folder.path, 1);
      await writeFile(join(folder.path, 'classes.txt'), `red\n${name}\n`);
      await expect(readImageFolder(folder.path)).rejects.toEqual(
        corrupt(/line 2 of .*classes\.txt to be the name of a/),
      );
    },
  );

  it('names each class once, and two at least', async () => {
    await using folder = await temporaryFolder();
    await writeColourFolder(folder.path, 1);
    const list = join(folder.path, 'classes.txt');
    await writeFile(list, 'red\nblue\nred\n');
    await expect(readImageFolder(folder.path)).rejects.toEqual(corrupt(/line 3 of .* was not named before, got "red"/));
    await writeFile(list, 'red\n\n');
    await expect(readImageFolder(folder.path)).rejects.toEqual(corrupt(/2 to 65535 classes, got 1/));
    await writeFile(list, 'red\npurple\n');
    await expect(readImageFolder(folder.path)).rejects.toMatchObject({ code: 'DATASET_MISSING' });
  });
});

describe('a link', () => {
  it('is followed inside of the folder, and refused when it leads out of it', async () => {
    await using outside = await temporaryFolder();
    await using folder = await temporaryFolder();
    await writeColourFolder(folder.path, 1);
    await writeTree(outside.path, { 'secret.png': await imageBytes(9, 9, { format: 'png' }) });
    await symlink(join(folder.path, 'train', 'red'), join(folder.path, 'train', 'scarlet'));
    const names = (await readImageFolder(folder.path).catch((error: unknown) => error)) as { message: string };
    expect(names.message).toMatch(/val\/scarlet to be there/);

    await symlink(join(outside.path, 'secret.png'), join(folder.path, 'train', 'red', 'linked.png'));
    await writeFile(join(folder.path, 'classes.txt'), 'red\ngreen\n');
    await expect(readImageFolder(folder.path)).rejects.toEqual(corrupt(/linked\.png to lie in .*, got .*secret\.png/));

    await using other = await temporaryFolder();
    await writeColourFolder(other.path, 1);
    await symlink(outside.path, join(other.path, 'train', 'violet'));
    await expect(readImageFolder(other.path)).rejects.toEqual(corrupt(/violet to lie in/));
  });
});
