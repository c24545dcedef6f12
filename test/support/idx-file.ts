import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

/** Bytes of an idx file: magic number, dimensions, elements. Nothing is checked, so that it can lie. */
export function idxBytes(dimensions: readonly number[], elements: Uint8Array, type = 0x08): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * dimensions.length + elements.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(2, type);
  view.setUint8(3, dimensions.length);
  for (const [axis, dimension] of dimensions.entries()) view.setUint32(4 + 4 * axis, dimension);
  bytes.set(elements, 4 + 4 * dimensions.length);
  return bytes;
}

/** Writes the bytes, compressed when the name ends in `.gz`. @returns the path. */
export async function writeMaybeCompressed(path: string, bytes: Uint8Array): Promise<string> {
  await writeFile(path, path.endsWith('.gz') ? gzipSync(bytes) : bytes);
  return path;
}
