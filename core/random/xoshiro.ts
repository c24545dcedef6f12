import type { RandomStream } from './stream.ts';

/**
 * xoshiro128++ 1.0 (Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47(4), 2021): about a fifth of what Philox
 * costs for each word, for whoever takes many words one after the other.
 * @param stream gives the four words of the state: of different streams they meet with probability 2^-128 or so.
 */
export function createXoshiro(stream: RandomStream): RandomStream {
  const state = Int32Array.from({ length: 4 }, () => stream.uint32());
  // The one state that stays as it is.
  if (state.every((word) => word === 0)) state[0] = 1;
  return {
    uint32() {
      const s0 = state[0] as number;
      const s1 = state[1] as number;
      const s2 = (state[2] as number) ^ s0;
      const s3 = (state[3] as number) ^ s1;
      const sum = (s0 + (state[3] as number)) | 0;
      state[0] = s0 ^ s3;
      state[1] = s1 ^ s2;
      state[2] = s2 ^ (s1 << 9);
      state[3] = (s3 << 11) | (s3 >>> 21);
      return (((sum << 7) | (sum >>> 25)) + s0) >>> 0;
    },
  };
}
