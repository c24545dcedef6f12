import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStream, type RandomStream } from '../../../core/random/stream.ts';

const take = (stream: RandomStream, count: number): number[] => Array.from({ length: count }, () => stream.uint32());
const element = fc.oneof(fc.string({ maxLength: 4 }), fc.maxSafeInteger());
const path = fc.array(element, { maxLength: 4 });

const GOLDEN_SEED = [2526239416, 3926208161, 2831002062, 1674207674, 3394615239];
const GOLDEN_PATH = [2756494905, 3161463759, 1150937245, 1735013629, 1676840018];
const GOLDEN_CHILD = [2930614884, 3406503262, 3681310431, 3045700085, 3857023271];

describe('createStream', () => {
  it('gives the numbers it gave when STREAMS_VERSION was set', () => {
    expect(take(createStream(1), 5)).toEqual(GOLDEN_SEED);
    expect(take(createStream(1, 'weights', 'conv1_1'), 5)).toEqual(GOLDEN_PATH);
    expect(take(createStream(1, 'crops', 2).at(59_999), 5)).toEqual(GOLDEN_CHILD);
  });

  it('repeats itself from the same seed and path', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), path, (seed, names) => {
        expect(take(createStream(seed, ...names), 9)).toEqual(take(createStream(seed, ...names), 9));
      }),
    );
  });

  it('differs wherever seed or path differ, however they are cut', () => {
    const name = fc.tuple(fc.maxSafeInteger(), path);
    fc.assert(
      fc.property(name, name, ([seed, names], [otherSeed, otherNames]) => {
        fc.pre(JSON.stringify([seed, names]) !== JSON.stringify([otherSeed, otherNames]));
        expect(take(createStream(seed, ...names), 4)).not.toEqual(take(createStream(otherSeed, ...otherNames), 4));
      }),
    );
    const names = [['ab'], ['a', 'b'], ['', 'ab'], ['1'], [1], [-1], [2 ** 32], [2 ** 32 + 1], [], [0], [0, 0], ['\0']];
    const heads = new Set(names.map((name) => take(createStream(7, ...name), 4).join()));
    expect(heads.size).toBe(names.length);
  });

  it('gives each child its own numbers, whatever was drawn from the others', () => {
    const parent = createStream(3, 'crops');
    const alone = take(parent.at(5), 8);
    take(parent, 100);
    take(parent.at(4), 1000);
    expect(take(parent.at(5), 8)).toEqual(alone);
    const heads = new Set(
      [take(createStream(3, 'crops'), 4), ...[0, 1, 2, 3].map((i) => take(parent.at(i), 4))].map(String),
    );
    expect(heads.size).toBe(5);
  });

  it('refuses what is not an integer', () => {
    for (const seed of [Number.NaN, 0.5, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => createStream(seed)).toThrow(/Expected a seed or stream index to be an integer, got/);
    }
  });
});
