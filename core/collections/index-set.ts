import { emptyVector, type SparseVector, vectorDelete, vectorEntries, vectorGet, vectorSet } from './sparse-vector.ts';

/** An immutable set of indices that shares all but one path with its predecessor: a change costs the same for ten and for ten thousand. */
export interface IndexSet extends Iterable<number> {
  readonly size: number;
  has(index: number): boolean;
  /** @param index integer in [0, 2^35). */
  with(index: number): IndexSet;
  without(index: number): IndexSet;
  /** Ascending. */
  [Symbol.iterator](): Iterator<number>;
}

export const EMPTY_INDEX_SET: IndexSet = indexSet(emptyVector());

function indexSet(vector: SparseVector<true>): IndexSet {
  const set: IndexSet = {
    size: vector.size,
    has: (index) => vectorGet(vector, index) !== undefined,
    with: (index) => (set.has(index) ? set : indexSet(vectorSet(vector, index, true))),
    without: (index) => (set.has(index) ? indexSet(vectorDelete(vector, index)) : set),
    *[Symbol.iterator]() {
      for (const [index] of vectorEntries(vector)) yield index;
    },
  };
  return set;
}
