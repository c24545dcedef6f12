import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_INDEX_SET, type IndexSet } from '../../core/collections/index-set.ts';
import {
  emptyVector,
  type SparseVector,
  vectorDelete,
  vectorEntries,
  vectorGet,
  vectorSet,
} from '../../core/collections/sparse-vector.ts';

const index = fc.oneof(fc.nat(100), fc.nat(10_000_000), fc.constantFrom(0, 31, 32, 1023, 1024, 32_767, 32_768));

describe('SparseVector', () => {
  it('agrees with a Map after any writes, and leaves every earlier version as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(index, fc.nat()), { maxLength: 60 }), (writes) => {
        const model = new Map<number, number>();
        const versions: [SparseVector<number>, [number, number][]][] = [];
        let vector = emptyVector<number>();
        for (const [at, value] of writes) {
          vector = vectorSet(vector, at, value);
          model.set(at, value);
          versions.push([vector, [...model].sort(([a], [b]) => a - b)]);
        }
        for (const [version, entries] of versions) {
          expect([...vectorEntries(version)]).toEqual(entries);
          expect(version.size).toBe(entries.length);
        }
      }),
    );
  });

  it('answers undefined for holes and for indices beyond its depth', () => {
    const vector = vectorSet(emptyVector<string>(), 5, 'five');
    expect(vectorGet(vector, 5)).toBe('five');
    expect(vectorGet(vector, 4)).toBeUndefined();
    expect(vectorGet(vector, 1_000_000)).toBeUndefined();
  });

  it('forgets what is deleted, and leaves every earlier version as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(index, fc.boolean()), { maxLength: 80 }), (changes) => {
        const model = new Set<number>();
        const versions: [IndexSet, number[]][] = [];
        let set = EMPTY_INDEX_SET;
        for (const [at, add] of changes) {
          set = add ? set.with(at) : set.without(at);
          if (add) model.add(at);
          else model.delete(at);
          versions.push([set, [...model].sort((a, b) => a - b)]);
        }
        for (const [version, indices] of versions) {
          expect([...version]).toEqual(indices);
          expect(version.size).toBe(indices.length);
          for (const [at] of changes) expect(version.has(at)).toBe(indices.includes(at));
        }
      }),
    );
  });

  it('keeps no empty node behind a deletion', () => {
    let vector = emptyVector<number>();
    for (const at of [5, 40_000, 2 ** 34]) vector = vectorSet(vector, at, at);
    for (const at of [5, 40_000, 2 ** 34]) vector = vectorDelete(vector, at);
    expect(vector.root).toEqual([]);
    expect([...vectorEntries(vector)]).toEqual([]);
  });
});
