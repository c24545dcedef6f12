import { philox } from '../random/philox.ts';
import { createStream } from '../random/stream.ts';

/** Rounds of the Feistel network; four make a pseudorandom permutation of a pseudorandom function (Luby & Rackoff 1988). */
const ROUNDS = 4;

/**
 * A permutation of [0, size) that is computed, never stored: a Feistel network over the next power of four, walked until it lands
 * inside (cycle walking: Black & Rogaway, "Ciphers with arbitrary finite domains", 2002); fewer than four steps on average.
 * @param size in [1, 2^32].
 */
export function shuffledOrder(size: number, seed: number): (position: number) => number {
  const stream = createStream(seed, 'grid-order');
  const keys = [stream.uint32(), stream.uint32()] as const;
  let half = 1;
  while (4 ** half < size) half++;
  const mask = 2 ** half - 1;
  const counter = new Uint32Array(4);
  const out = new Uint32Array(4);

  function permute(value: number): number {
    let left = Math.floor(value / 2 ** half);
    let right = value & mask;
    for (let round = 0; round < ROUNDS; round++) {
      counter[0] = right;
      counter[1] = round;
      philox(counter, keys[0], keys[1], out);
      [left, right] = [right, (left ^ ((out[0] as number) & mask)) >>> 0];
    }
    return left * 2 ** half + right;
  }

  return (position) => {
    let value = permute(position);
    while (value >= size) value = permute(value);
    return value;
  };
}
