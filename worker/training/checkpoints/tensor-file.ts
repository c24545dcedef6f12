import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
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

/**
 * Reads a file piece by piece, each tensor into its own memory.
 * @returns what it holds, and the SHA-256 (hex) of its bytes, which the caller must compare before it trusts them.
 * @throws TickworkError CHECKPOINT_CORRUPT for bytes that are not a whole file; an error of the file system as it comes.
 */
export async function readTensorFile(path: string): Promise<TensorFile & { readonly digest: string }> {
  const file = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    let left = (await file.stat()).size;
    const take = async (length: number): Promise<Buffer> => {
      if (!(length <= left)) throw corrupt(path, `${length} more bytes`, `${left}`);
      const bytes = Buffer.from(new ArrayBuffer(length));
      for (let filled = 0; filled < length; ) {
        const { bytesRead } = await file.read(bytes, filled, length - filled);
        if (bytesRead === 0) throw corrupt(path, `${length} more bytes`, `${filled}`);
        filled += bytesRead;
      }
      hash.update(bytes);
      left -= length;
      return bytes;
    };
    const takeJson = async (): Promise<unknown> => {
      const json = await take((await take(LENGTH_BYTES)).readUInt32LE());
      try {
        return JSON.parse(json.toString('utf8'));
      } catch {
        throw corrupt(path, 'a section of JSON', `${json.length} other bytes`);
      }
    };
    if (!(await take(MAGIC.length)).equals(MAGIC)) throw corrupt(path, 'its magic word', 'another one');
    const head = await takeJson();
    const tensors: Record<string, HostTensor> = {};
    while (left > 0) {
      const { name, dtype, shape } = tensorHead(path, await takeJson());
      const { buffer } = await take(NUMBER_BYTES * shape.reduce((product, length) => product * length, 1));
      tensors[name] = { shape, data: dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer) };
    }
    return { head, tensors, digest: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

function tensorHead(path: string, value: unknown): TensorHead {
  const { name, shape } = (value ?? {}) as Partial<TensorHead>;
  const isShape = Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (typeof name !== 'string' || !isShape)
    throw corrupt(path, 'the name and shape of a tensor', JSON.stringify(value));
  return value as TensorHead;
}

function section(value: unknown): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(value));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(json.length);
  return Buffer.concat([length, json]);
}

function corrupt(path: string, expected: string, got: string): TickworkError {
  return new TickworkError('CHECKPOINT_CORRUPT', `Expected ${path} to have ${expected}, got ${got}.`);
}
