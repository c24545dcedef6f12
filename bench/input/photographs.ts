import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { integer } from '../../core/random/distributions.ts';
import { createStream } from '../../core/random/stream.ts';

export const WIDTH = 500;
export const HEIGHT = 375;

/** JPEGs as large as ImageNet's average photograph, in two classes; deleted at the end of the `await using` block. */
export async function makePhotographs(
  count: number,
): Promise<AsyncDisposable & { readonly folder: string; readonly meanBytes: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'tickwork-bench-'));
  let bytes = 0;
  for (let image = 0; image < count; image += 1) {
    const name = join(folder, `class${image % 2}`);
    await mkdir(name, { recursive: true });
    const jpeg = await photograph(image);
    bytes += jpeg.length;
    await writeFile(join(name, `${image}.jpg`), jpeg);
  }
  const meanBytes = Math.round(bytes / count);
  return { folder, meanBytes, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Soft blobs under grain, which compress to about 70 KB, as a photograph does. */
async function photograph(seed: number): Promise<Buffer> {
  const stream = createStream(seed, 'photograph');
  const noise = (length: number, below: number): Buffer =>
    Buffer.from(Array.from({ length }, () => integer(stream, below)));
  const blobs = await sharp(noise(63 * 47 * 3, 256), { raw: { width: 63, height: 47, channels: 3 } })
    .resize(WIDTH, HEIGHT, { kernel: 'cubic', fit: 'fill' })
    .raw()
    .toBuffer();
  const grain = noise(blobs.length, 44);
  for (let i = 0; i < blobs.length; i += 1)
    blobs[i] = Math.min(255, Math.max(0, (blobs[i] ?? 0) + (grain[i] ?? 0) - 22));
  return sharp(blobs, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality: 83 })
    .toBuffer();
}
