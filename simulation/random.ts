import { createStream } from '../core/random/stream.ts';

/** Random numbers of one part of the world. Parts share no state, so a change in one leaves the others as they were. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform over the integers low to high, both included. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  /** @param items at least one. */
  pick<T>(items: readonly T[]): T;
}

export function createRandom(seed: number, ...path: readonly (string | number)[]): Random {
  const stream = createStream(seed, ...path);
  const next = (): number => stream.uint32() / 2 ** 32;
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    integer: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number],
  };
}
