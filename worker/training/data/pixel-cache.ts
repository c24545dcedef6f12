import type { Raster } from './crop-sampler.ts';

/** Decoded images of a set, kept where every loader thread sees them, as far as they fit. */
export interface PixelCache {
  /** Images are kept after they were rescaled to this smallest side; 0: as they were decoded. */
  readonly scale: number;
  readonly bytes: Uint8Array;
  /** [1]: the first free block. */
  readonly used: Int32Array;
  /** [count]: the first block of an image, plus one; 0 while it is not kept. */
  readonly blocks: Int32Array;
  /** [count, 2]: width and height. */
  readonly sizes: Int32Array;
}

const BLOCK = 64;
const CHANNELS = 3;

/** @param capacity bytes; the system gives memory only to pages that are used. */
export function createPixelCache(count: number, scale: number, capacity: number): PixelCache {
  const integers = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * length));
  return {
    scale,
    bytes: new Uint8Array(new SharedArrayBuffer(Math.floor(capacity / BLOCK) * BLOCK)),
    used: integers(1),
    blocks: integers(count),
    sizes: integers(2 * count),
  };
}

export function findPixels({ bytes, blocks, sizes }: PixelCache, image: number): Raster | undefined {
  const block = Atomics.load(blocks, image);
  if (block === 0) return undefined;
  const width = sizes[2 * image] ?? 0;
  const height = sizes[2 * image + 1] ?? 0;
  return { width, height, channels: CHANNELS, pixels: bytes, offset: (block - 1) * BLOCK };
}

/** Keeps an image unless the cache is full; two threads may do so at once, one of the copies is then forgotten. */
export function keepPixels(cache: PixelCache, image: number, { width, height, pixels, offset }: Raster): void {
  const length = width * height * CHANNELS;
  const needed = Math.ceil(length / BLOCK);
  const available = cache.bytes.length / BLOCK;
  let first = Atomics.load(cache.used, 0);
  for (;;) {
    if (first + needed > available) return;
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
