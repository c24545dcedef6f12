import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TickworkError } from '../../../core/errors.ts';
import { sharedBytes } from './dataset.ts';
import { openRegularFile } from './regular-file.ts';

/** Third byte of the magic number: unsigned bytes, the only element type that image sets use. */
const UNSIGNED_BYTE = 0x08;

/**
 * Reads an idx file of unsigned bytes (the format of MNIST, http://yann.lecun.com/exdb/mnist), gzip-compressed when its
 * name ends in `.gz`. The header is compared with the expected dimensions before anything is allocated, and reading
 * stops at the first byte too many, so a file that lies about its size costs no memory.
 * @param dimensions what the file must hold, for example [60000, 28, 28].
 * @returns the elements, row-major, in shared memory.
 * @throws TickworkError DATASET_MISSING when the file cannot be opened, DATASET_CORRUPT when it is not what was expected.
 */
export async function readIdx(path: string, dimensions: readonly number[]): Promise<Uint8Array> {
  const { file: handle } = await openRegularFile(path);
  const file = handle.createReadStream({ highWaterMark: 1 << 18 });
  // The pipeline passes errors on in both directions; the loop over its last stream is who reports them.
  const chunks = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => {}) : file;
  try {
    return await decodeIdx(chunks, path, dimensions);
  } catch (error) {
    throw error instanceof TickworkError ? error : explain(error, path);
  }
}

async function decodeIdx(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  dimensions: readonly number[],
): Promise<Uint8Array> {
  const headerLength = 4 + 4 * dimensions.length;
  const length = dimensions.reduce((product, dimension) => product * dimension, 1);
  const header = new Uint8Array(headerLength);
  let elements: Uint8Array | undefined;
  let position = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    if (position < headerLength) {
      const taken = rest.subarray(0, headerLength - position);
      header.set(taken, position);
      position += taken.length;
      rest = rest.subarray(taken.length);
      if (position < headerLength) continue;
      checkHeader(header, path, dimensions);
    }
    elements ??= sharedBytes(length);
    const filled = position - headerLength;
    if (filled + rest.length > length) {
      throw corrupt(path, `${length} bytes of data after the header, as its dimensions say`, 'more');
    }
    elements.set(rest, filled);
    position += rest.length;
  }
  if (position < headerLength) throw corrupt(path, `a header of ${headerLength} bytes`, `${position} bytes`);
  if (elements === undefined || position < headerLength + length) {
    throw corrupt(path, `${length} bytes of data after the header`, `${position - headerLength}`);
  }
  return elements;
}

function checkHeader(header: Uint8Array, path: string, dimensions: readonly number[]): void {
  const view = new DataView(header.buffer);
  const magic = ((UNSIGNED_BYTE << 8) | dimensions.length) >>> 0;
  const found = view.getUint32(0);
  if (found !== magic) throw corrupt(path, `the idx magic number ${hex(magic)}`, hex(found));
  const sizes = dimensions.map((_, axis) => view.getUint32(4 + 4 * axis));
  if (sizes.some((size, axis) => size !== dimensions[axis])) {
    throw corrupt(path, `dimensions ${dimensions.join('×')}`, sizes.join('×'));
  }
}

const hex = (word: number): string => `0x${word.toString(16).padStart(8, '0')}`;

function corrupt(path: string, expected: string, found: string, cause?: unknown): TickworkError {
  const message = `Expected ${path} to hold ${expected}, got ${found}. Install or copy the dataset again.`;
  return new TickworkError('DATASET_CORRUPT', message, { cause });
}

/** What Node's file and zlib streams throw, in the grammar of our own errors. */
function explain(error: unknown, path: string): TickworkError {
  const { code = 'unknown error', message = String(error) } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return corrupt(path, 'a whole gzip stream', 'one that ends early', error);
  if (code.startsWith('Z_')) return corrupt(path, 'a gzip stream', `bytes that are not (${message})`, error);
  return corrupt(path, 'readable data', message, error);
}
