import { TickworkError } from '../../../core/errors.ts';
import type { HostTensor } from '../../../engine/executor.ts';

/**
 * The file: an 8-byte magic word, then sections, each a 32-bit length, so many bytes of JSON, and the numbers that the JSON
 * announces, all little-endian. The first section is the head and has no numbers, each later one is a tensor. Written piece
 * by piece, so that a large state is in memory once.
 */
const MAGIC = new TextEncoder().encode('TICKTNS1');
const LENGTH_BYTES = 4;
const NUMBER_BYTES = 4;

interface TensorHead {
  readonly name: string;
  readonly dtype: 'float32' | 'int32';
  readonly shape: readonly number[];
}

export interface TensorFile {
  /** Plain JSON. */
  readonly head: unknown;
  readonly tensors: Readonly<Record<string, HostTensor>>;
}

/** The pieces of a file, in order. */
export async function* encodeTensorFile(
  head: unknown,
  names: Iterable<string>,
  read: (name: string) => Promise<HostTensor>,
): AsyncIterable<Uint8Array> {
  yield MAGIC;
  yield section(head);
  for (const name of names) yield* encodeTensor(name, await read(name));
}

function encodeTensor(name: string, { shape, data }: HostTensor): readonly Uint8Array[] {
  const head: TensorHead = { name, dtype: data instanceof Int32Array ? 'int32' : 'float32', shape };
  return [section(head), new Uint8Array(data.buffer, data.byteOffset, data.byteLength)];
}

/** @throws TickworkError CHECKPOINT_CORRUPT for bytes that are not a whole file. */
export function decodeTensorFile(bytes: Buffer): TensorFile {
  let offset = 0;
  const take = (length: number): Buffer => {
    if (offset + length > bytes.length) throw corrupt(`${length} bytes at ${offset}`, `the end at ${bytes.length}`);
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  const takeJson = (): unknown => JSON.parse(take(take(LENGTH_BYTES).readUInt32LE()).toString('utf8'));
  if (!take(MAGIC.length).equals(MAGIC)) throw corrupt('its magic word', 'another one');
  try {
    const head = takeJson();
    const tensors: Record<string, HostTensor> = {};
    while (offset < bytes.length) {
      const { name, dtype, shape } = takeJson() as TensorHead;
      const count = shape.reduce((product, length) => product * length, 1);
      // Copied, because the bytes of a tensor need not begin at a multiple of four.
      const { buffer } = Uint8Array.from(take(count * NUMBER_BYTES));
      tensors[name] = { shape, data: dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer) };
    }
    return { head, tensors };
  } catch (error) {
    if (error instanceof TickworkError) throw error;
    throw corrupt('a section of JSON', String(error));
  }
}

function section(value: unknown): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(value));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json]);
}

function corrupt(expected: string, got: string): TickworkError {
  return new TickworkError('CHECKPOINT_CORRUPT', `Expected a file with ${expected}, got ${got}.`);
}
