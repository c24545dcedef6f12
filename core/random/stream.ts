import { TickworkError } from '../errors.ts';
import { philox } from './philox.ts';

/** Recorded with every result; changes whenever any stream would give other numbers. */
export const STREAMS_VERSION = 'philox4x32-10/2';

/**
 * An endless sequence of random words. Two streams share no state, so the order in which streams are used, or how much
 * of one is used, changes nothing in another.
 */
export interface RandomStream {
  /** Next word, uniform over the integers [0, 2^32). */
  uint32(): number;
}

export interface SplittableStream extends RandomStream {
  /**
   * The `index`-th child, at its beginning. Derived without hashing, so that every image of an epoch can own one.
   * @param index integer in [0, 2^32 − 1).
   */
  at(index: number): RandomStream;
}

/**
 * The stream named by a seed and a path, for example `createStream(seed, 'weights', 'conv1_1')`.
 * The name is hashed to a 64-bit key and the counter's upper half, so that different names meet with probability 2^-128.
 * @param seed,path integers of at most 53 bits; path elements may be strings as well.
 * @throws TickworkError ARGUMENT_INVALID for a number that is not such an integer.
 */
export function createStream(seed: number, ...path: readonly (string | number)[]): SplittableStream {
  const name = hash(encode([seed, ...path]));
  return { ...openStream(name, 0), at: (index) => openStream(name, index + 1) };
}

/** Counter, least significant word first: position, child (0 is the parent), and two words of the name. */
function openStream(name: Uint32Array, child: number): RandomStream {
  const counter = Uint32Array.of(0, child, name[2] ?? 0, name[3] ?? 0);
  const block = new Uint32Array(4);
  const key0 = name[0] ?? 0;
  const key1 = name[1] ?? 0;
  let used = 4;
  return {
    uint32() {
      if (used === 4) {
        philox(counter, key0, key1, block);
        counter[0] = (counter[0] ?? 0) + 1;
        used = 0;
      }
      const word = block[used] ?? 0;
      used += 1;
      return word;
    },
  };
}

/** Tagged and length-prefixed, so that no two paths have the same words: ('ab') ≠ ('a', 'b'), ('1') ≠ (1). */
function encode(path: readonly (string | number)[]): number[] {
  const words = [path.length];
  for (const element of path) {
    if (typeof element === 'string') {
      words.push(1, element.length);
      for (let i = 0; i < element.length; i += 1) words.push(element.charCodeAt(i));
    } else if (Number.isSafeInteger(element)) {
      words.push(2, element >>> 0, Math.floor(element / 2 ** 32) >>> 0);
    } else {
      throw new TickworkError('ARGUMENT_INVALID', `Expected a seed or stream index to be an integer, got ${element}.`);
    }
  }
  return words;
}

/** Davies–Meyer over Philox: each pair of words is the key under which the state is encrypted, then added to itself. */
function hash(words: readonly number[]): Uint32Array {
  const state = new Uint32Array(4);
  const encrypted = new Uint32Array(4);
  for (let i = 0; i < words.length; i += 2) {
    philox(state, words[i] ?? 0, words[i + 1] ?? 0, encrypted);
    for (let word = 0; word < 4; word += 1) state[word] = (state[word] ?? 0) ^ (encrypted[word] ?? 0);
  }
  return state;
}
