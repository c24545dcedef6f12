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
 * Inverted dropout: 0 with probability `rate` (to the nearest 2^-16), otherwise 1 / (1 − rate), so that evaluation needs
 * no rescaling. Each word decides two elements: masks are most of what a training step draws.
 */
export function fillDropoutMask(stream: RandomStream, out: Float32Array, rate: number): void {
  const kept = 1 / (1 - rate);
  const dropped = Math.round(rate * 65_536);
  for (let i = 0; i < out.length; i += 2) {
    const word = stream.uint32();
    out[i] = (word & 0xffff) < dropped ? 0 : kept;
    if (i + 1 < out.length) out[i + 1] = word >>> 16 < dropped ? 0 : kept;
  }
}
