import sharp from 'sharp';
import { TickworkError } from '../../../core/errors.ts';
import type { Raster, Window } from './crop-sampler.ts';
import type { Size } from './crops.ts';
import { type ImageHeader, isComplete, readImageHeader } from './image-header.ts';
import { missingFile, openRegularFile, readRegularFile } from './regular-file.ts';

/** The largest of ImageNet's photographs has 20 million. */
export const MAX_PIXELS = 64 * 2 ** 20;
const MAX_BYTES = 256 * 2 ** 20;
/** A network cannot learn from a strip; its rescaled other side would be many times the smallest. */
const MAX_ASPECT = 50;

/** Decoding runs on libuv's threads, one image each; libvips' own cache would hold what no crop asks for again. */
export function prepareDecoder(): void {
  sharp.cache(false);
  sharp.concurrency(1);
}

/**
 * Decodes a JPEG or PNG as RGB, as it is stored: no rotation by EXIF, transparency dropped, grey made colour. Format,
 * size and completeness are checked before a pixel is decoded, so a file that lies costs no memory.
 * @param windowOf chooses the part to decode; default: all of it. What lies below is not looked at, so use it for files that
 * were decoded to their end before.
 * @returns [height, width, 3].
 * @throws TickworkError DATASET_MISSING when the file cannot be opened, DATASET_CORRUPT when it is not a whole image.
 */
export async function decodeImageFile(path: string, windowOf?: (size: Size) => Window): Promise<Raster> {
  const bytes = await readBounded(path);
  const header = readImageHeader(bytes);
  if (typeof header === 'string') throw corrupt(path, 'a JPEG or PNG', header);
  checkSize(path, header);
  if (!isComplete(bytes, header)) throw corrupt(path, `a whole ${header.format}`, 'one that ends early');
  return decode(path, bytes, header, windowOf?.(header));
}

/** Bytes in which most files have said how large they are; those with a thumbnail or a profile before it are read whole. */
const HEADER_BYTES = 2 ** 16;

/** The size of an image that is not decoded. @throws TickworkError as `decodeImageFile` does for what is in the header. */
export async function readImageSize(path: string): Promise<Size> {
  const found = readImageHeader(await readStart(path));
  const header = typeof found === 'string' ? readImageHeader(await readBounded(path)) : found;
  if (typeof header === 'string') throw corrupt(path, 'a JPEG or PNG', header);
  checkSize(path, header);
  return { width: header.width, height: header.height };
}

async function readStart(path: string): Promise<Uint8Array> {
  const { file } = await openRegularFile(path, corrupt);
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw missingFile(path, error);
  } finally {
    await file.close();
  }
}

async function decode(path: string, bytes: Uint8Array, header: ImageHeader, window?: Window): Promise<Raster> {
  const { width, height, format, plain } = header;
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
    const colours = plain ? image : image.toColourspace('srgb').removeAlpha();
    const part = window === undefined ? colours : colours.extract(window);
    const { data, info } = await part.raw().toBuffer({ resolveWithObject: true });
    const { left, top, ...expected } = window ?? { left: 0, top: 0, width, height };
    if (info.width !== expected.width || info.height !== expected.height || info.channels !== 3) {
      const found = `${info.width}×${info.height}×${info.channels}`;
      throw corrupt(path, `a ${format} with ${expected.width}×${expected.height} pixels in colour`, found);
    }
    const stride = expected.width;
    return { width, height, channels: 3, pixels: data, offset: 0 - 3 * (top * stride + left), stride };
  } catch (error) {
    if (error instanceof TickworkError) throw error;
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    throw corrupt(path, `a ${format} that can be decoded`, `"${reason.trim()}"`, error);
  }
}

const readBounded = (path: string): Promise<Uint8Array> => readRegularFile(path, MAX_BYTES, 'an image', corrupt);

function checkSize(path: string, { width, height }: ImageHeader): void {
  const found = `one of ${width}×${height}`;
  if (width * height > MAX_PIXELS) throw corrupt(path, `an image of at most ${MAX_PIXELS} pixels`, found);
  if (Math.max(width, height) > MAX_ASPECT * Math.min(width, height)) {
    throw corrupt(path, `an image at most ${MAX_ASPECT} times as long as it is wide`, found);
  }
}

function corrupt(path: string, expected: string, found: string, cause?: unknown): TickworkError {
  const advice = 'Replace the file, or set corruptImages: skip to leave such images out.';
  return new TickworkError('DATASET_CORRUPT', `Expected ${path} to be ${expected}, got ${found}. ${advice}`, { cause });
}
