import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { integer } from '../../core/random/distributions.ts';
import { createStream } from '../../core/random/stream.ts';

export type Colour = readonly [number, number, number];

/** A JPEG or PNG of one colour under a little noise that a seed decides. */
export async function imageBytes(
  width: number,
  height: number,
  { colour = [200, 90, 40] as Colour, seed = 1, format = 'jpeg' as 'jpeg' | 'png' } = {},
): Promise<Uint8Array> {
  const stream = createStream(seed, 'image');
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (colour[i % 3] ?? 0) + integer(stream, 16));
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  return format === 'jpeg' ? image.jpeg({ quality: 95 }).toBuffer() : image.png().toBuffer();
}

/** Writes files below a folder, and the folders on the way. */
export async function writeTree(root: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [name, contents] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
}

export const COLOURS: Readonly<Record<string, Colour>> = {
  blue: [20, 30, 220],
  green: [20, 200, 40],
  red: [220, 30, 20],
};

/** `train` and `val` of three classes, told apart by their colour; sizes vary. @param each images of a class in each set. */
export async function writeColourFolder(root: string, each: number): Promise<void> {
  for (const [index, [name, colour]] of Object.entries(COLOURS).entries()) {
    for (const [offset, set] of ['train', 'val'].entries()) {
      for (let image = 0; image < each; image += 1) {
        const seed = 1000 * index + 100 * offset + image;
        const format = image % 3 === 2 ? 'png' : 'jpeg';
        const bytes = await imageBytes(30 + (seed % 23), 30 + (seed % 17), { colour, seed, format });
        const extension = format === 'png' ? 'png' : 'JPEG';
        await writeTree(root, { [`${set}/${name}/${String(image).padStart(3, '0')}.${extension}`]: bytes });
      }
    }
  }
}

/** What PASCAL VOC's archives unpack to: each image's objects as [class, difficult]. */
export async function writeVoc(
  root: string,
  sets: Readonly<Record<string, Readonly<Record<string, readonly (readonly [string, boolean])[]>>>>,
): Promise<void> {
  for (const [set, images] of Object.entries(sets)) {
    await writeTree(root, {
      [`ImageSets/Main/${set}.txt`]: Object.keys(images)
        .map((name) => `${name}\n`)
        .join(''),
    });
    for (const [seed, [name, objects]] of Object.entries(images).entries()) {
      await writeTree(root, {
        [`JPEGImages/${name}.jpg`]: await imageBytes(50, 40, { seed }),
        [`Annotations/${name}.xml`]: annotation(objects),
      });
    }
  }
}

export function annotation(objects: readonly (readonly [string, boolean])[]): string {
  const each = objects.map(
    ([name, difficult]) =>
      `\t<object>\n\t\t<name>${name}</name>\n\t\t<pose>Left</pose>\n\t\t<difficult>${Number(difficult)}</difficult>\n` +
      '\t\t<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>\n' +
      '\t\t<part><name>head</name></part>\n\t</object>\n',
  );
  return `<annotation>\n\t<folder>VOC2007</folder>\n\t<size><width>50</width></size>\n${each.join('')}</annotation>\n`;
}
