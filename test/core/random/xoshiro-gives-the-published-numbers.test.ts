import { expect, test } from 'vitest';
import { createStream, type RandomStream } from '../../../core/random/stream.ts';
import { createXoshiro } from '../../../core/random/xoshiro.ts';

const listed = (...words: number[]): RandomStream => ({ uint32: () => words.shift() ?? Number.NaN });
const draw = (stream: RandomStream, count: number): number[] => Array.from({ length: count }, () => stream.uint32());

test("the authors' C code gives these numbers from the state 1, 2, 3, 4", () => {
  expect(draw(createXoshiro(listed(1, 2, 3, 4)), 10)).toEqual([
    641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295, 495546011, 621204420,
  ]);
});

test('agrees with the definition in exact integers', () => {
  const rotate = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & 0xffffffffn;
  const words = draw(createStream(7, 'state'), 4);
  const s = words.map(BigInt) as [bigint, bigint, bigint, bigint];
  const ours = draw(createXoshiro(listed(...words)), 1000);
  for (const word of ours) {
    expect(BigInt(word)).toBe((rotate((s[0] + s[3]) & 0xffffffffn, 7n) + s[0]) & 0xffffffffn);
    const t = (s[1] << 9n) & 0xffffffffn;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
  }
});

test('a stream that gives zeros is no stream of zeros', () => {
  expect(new Set(draw(createXoshiro(listed(0, 0, 0, 0)), 100)).size).toBeGreaterThan(90);
});
