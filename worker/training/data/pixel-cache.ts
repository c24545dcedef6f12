import type { Raster } from './crop-sampler.ts';

/** Decoded or rescaled images of a set, kept where every loader thread sees them, as far as they fit. */
export interface PixelCache {
  /** Images are kept after they were rescaled to this smallest side; 0: as they were decoded. */
  readonly scale: number;
  readonly channels: number;
  readonly bytes: Uint8Array;
  /** [2]: the first free block, and 1 once an image did not fit. */
  readonly used: Int32Array;
  /** [count]: the first block of an image, plus one; 0 while it is not kept. */
  readonly blocks: Int32Array;
  /** [count, 2]: width and height. */
  readonly sizes: Int32Array;
}

const BLOCK = 64;

/** Bytes that `count` images take, none of them larger than `pixels`. */
export function cacheBytes(count: number, pixels: number, channels: number): number {
  return count * BLOCK * Math.ceil((pixels * channels) / BLOCK);
}

/** @param capacity bytes; the system gives memory only to pages that are used. */
export function createPixelCache(count: number, scale: number, channels: number, capacity: number): PixelCache {
  const integers = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));
  return {
    scale,
    channels,
    bytes: new Uint8Array(new SharedArrayBuffer(Math.floor(capacity / BLOCK) * BLOCK)),
    used: integers(2),
    blocks: integers(count),
    sizes: integers(2 * count),
  };
}

export function findPixels({ channels, bytes, blocks, sizes }: PixelCache, image: number): Raster | undefined {
  const block = Atomics.load(blocks, image);
  if (block === 0) return undefined;
  const width = sizes[2 * image] ?? 0;
  const height = sizes[2 * image + 1] ?? 0;
  return { width, height, channels, pixels: bytes, offset: (block - 1) * BLOCK, stride: width };
}

export const isFull = ({ used }: PixelCache): boolean => Atomics.load(used, 1) !== 0;

/** Keeps an image unless the cache is full; two threads may do so at once, one of the copies is then forgotten. */
export function keepPixels(cache: PixelCache, image: number, { width, height, pixels, offset }: Raster): void {
  const length = width * height * cache.channels;
  const needed = Math.ceil(length / BLOCK);
  const available = cache.bytes.length / BLOCK;
  let first = Atomics.load(cache.used, 0);
  for (;;) {
    if (first + needed > available) {
      Atomics.store(cache.used, 1, 1);
      return;
    }
    const found = Atomics.compareExchange(cache.used, 0, first, first + needed);
    if (found === first) break;
    first = found;
  }
  cache.bytes.set(pixels.subarray(offset, offset + length), first * BLOCK);
  cache.sizes[2 * image] = width;
  cache.sizes[2 * image + 1] = height;
  // Last, as it is what tells the other threads; sizes of one image never differ.
  Atomics.store(cache.blocks, image, first + 1);
}
