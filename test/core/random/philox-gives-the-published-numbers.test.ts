import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { philox } from '../../../core/random/philox.ts';

/** Random123's `kat_vectors`, the lines `philox4x32 10`: counter, key, output. */
const KNOWN_ANSWERS = [
  ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
] as const;

const words = (text: string): Uint32Array => Uint32Array.from(text.split(' '), (word) => Number.parseInt(word, 16));

/** The same cipher in integers without a size, straight from §3.3 of the paper. */
function philoxInBigInt(counter: Uint32Array, key: Uint32Array): Uint32Array {
  const mask = 0xffff_ffffn;
  let [c0 = 0n, c1 = 0n, c2 = 0n, c3 = 0n] = [...counter].map(BigInt);
  let [k0 = 0n, k1 = 0n] = [...key].map(BigInt);
  for (let round = 0; round < 10; round += 1) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return Uint32Array.from([c0, c1, c2, c3], Number);
}

describe('Philox4x32-10', () => {
  it.each(KNOWN_ANSWERS)('counter %s, key %s', (counter, key, expected) => {
    const [key0 = 0, key1 = 0] = words(key);
    const out = new Uint32Array(4);
    philox(words(counter), key0, key1, out);
    expect(out).toEqual(words(expected));
  });

  it('agrees with exact integers everywhere, and may write over its counter', () => {
    const word = fc.oneof(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.constantFrom(0, 0xffff, 0x10000, 0x8000_0000, 0xffff_ffff),
    );
    const block = fc.array(word, { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(block, ([c0 = 0, c1 = 0, c2 = 0, c3 = 0, k0 = 0, k1 = 0]) => {
        const counter = Uint32Array.of(c0, c1, c2, c3);
        const expected = philoxInBigInt(counter, Uint32Array.of(k0, k1));
        philox(counter, k0, k1, counter);
        expect(counter).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
