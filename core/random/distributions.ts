import { standardNormalQuantile } from './normal-quantile.ts';
import type { RandomStream } from './stream.ts';

/** Uniform over the multiples of 2^-24 in [0, 1): every value is exact in float32. */
export function uniform(stream: RandomStream): number {
  return (stream.uint32() >>> 8) * 2 ** -24;
}

/**
 * Uniform over the integers [0, below). Words of the incomplete last run of length `below` are redrawn, so that no
 * remainder is favoured.
 * @param below integer in [1, 2^32].
 */
export function integer(stream: RandomStream, below: number): number {
  const accepted = 2 ** 32 - (2 ** 32 % below);
  let word = stream.uint32();
  while (word >= accepted) word = stream.uint32();
  return word % below;
}

/** Standard normal, one word each; |z| < 6.4. */
export function normal(stream: RandomStream): number {
  return standardNormalQuantile((stream.uint32() + 0.5) * 2 ** -32);
}

/** Fisher–Yates from the front, in place: the first k places are a uniform k-subset, and do not change as k grows. */
export function shuffle(stream: RandomStream, items: Uint32Array, places: number = items.length): void {
  const last = Math.min(places, items.length - 1);
  for (let place = 0; place < last; place += 1) {
    const other = place + integer(stream, items.length - place);
    const item = items[place] ?? 0;
    items[place] = items[other] ?? 0;
    items[other] = item;
  }
}

/** @param deviation standard deviation; the mean is 0. */
export function fillNormal(stream: RandomStream, out: Float32Array, deviation: number): void {
  for (let i = 0; i < out.length; i += 1) out[i] = deviation * normal(stream);
}

/**
 * Which elements a dropout layer keeps: 1 for those, 0 with probability `rate` (to the nearest 2^-16). Element e is dropped
 * where a number of 16 random bits is below the rate; 32 elements share a word for each bit, and no word is drawn for bits
 * that decide nothing any more. A rate of ½ takes one word, others six to seven, where one number each would take sixteen:
 * masks are most of what a training step draws.
 * @param out begins at a multiple of 4 bytes of its buffer.
 * @param rate below 1.
 */
export function fillDropoutMask(stream: RandomStream, out: Uint8Array, rate: number): void {
  const dropped = Math.min(Math.round(rate * 65_536), 65_535);
  const last = dropped === 0 ? 16 : 31 - Math.clz32(dropped & -dropped);
  const words = new Uint32Array(out.buffer, out.byteOffset, out.length >> 2);
  for (let first = 0; first < out.length; first += 32) {
    const kept = drawKept(stream, dropped, last);
    // Bit k + 8·b decides byte b of word k, so that a word is written at once.
    const end = Math.min(8, (out.length - first) >> 2);
    for (let k = 0; k < end; k += 1) words[(first >> 2) + k] = (kept >>> k) & 0x01010101;
    for (let e = 4 * end; e < 32 && first + e < out.length; e += 1)
      out[first + e] = (kept >>> ((e >> 2) + 8 * (e & 3))) & 1;
  }
}

/** 32 draws, bit by bit from the highest. @param last the lowest bit of `dropped` that is set. */
function drawKept(stream: RandomStream, dropped: number, last: number): number {
  let below = 0;
  let undecided = -1;
  for (let bit = 15; bit >= last && undecided !== 0; bit -= 1) {
    const word = stream.uint32();
    if (((dropped >>> bit) & 1) === 1) {
      below |= undecided & ~word;
      undecided &= word;
    } else {
      undecided &= ~word;
    }
  }
  return ~below;
}
