import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AshaOptions, ashaVerdict, bracketOf, isRung } from '../../../core/pruners/asha.ts';
import type { Score } from '../../../core/pruners/early-stopping.ts';
import { type MedianOptions, medianVerdict } from '../../../core/pruners/median.ts';

const asha: AshaOptions = { rule: 'asha', metric: 'testError', goal: 'min', grace: 1, eta: 3, brackets: 1 };
const at = (trainEpoch: number, value: number): Score => ({ trainEpoch, value });

describe('ASHA', () => {
  const verdict = (options: AshaOptions, mine: number, others: readonly number[]) =>
    ashaVerdict(options, 0, [at(1, mine)], new Map(others.map((value, i) => [i + 1, [at(1, value)]])));

  it('has rungs at grace · η^k', () => {
    const rungs = Array.from({ length: 100 }, (_, i) => i + 1).filter((epoch) =>
      isRung({ ...asha, grace: 2 }, 0, epoch),
    );
    expect(rungs).toEqual([2, 6, 18, 54]);
  });

  it.each([
    // n, of which ⌊n/3⌋ go on.
    [5, [], false],
    [5, [1], false],
    [5, [1, 2], true],
    [1, [2, 3], false],
    [3, [1, 2, 4, 5, 6], true],
    [2, [1, 3, 4, 5, 6], false],
    [2, [1, 2, 4, 5, 6], false],
  ])('of %d among %j: stopped %s', (mine, others, stop) => {
    expect(verdict(asha, mine, others).stop).toBe(stop);
    const mirrored = verdict(
      { ...asha, goal: 'max' },
      -mine,
      others.map((value) => -value),
    );
    expect(mirrored.stop).toBe(stop);
  });

  it('says which place was not enough', () => {
    expect(verdict(asha, 5, [1, 2])).toEqual({
      stop: true,
      reason: 'rung at epoch 1: testError 5 is number 3 of 3, and the best 1 go on',
    });
  });

  it('lets the best at every rung go on, whatever order they come in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 40 }), (values) => {
        const best = Math.min(...values);
        const others = new Map<number, Score[]>();
        for (const [i, value] of values.entries()) {
          if (value === best) expect(ashaVerdict(asha, i, [at(1, value)], others).stop).toBe(false);
          others.set(i, [at(1, value)]);
        }
      }),
    );
  });
});

describe('Hyperband', () => {
  it('deals configurations out by the sizes of the paper: n_s = ⌈(S + 1)/(s + 1) · η^s⌉', () => {
    const options = { brackets: 5, eta: 3 };
    // Table 1 of Li et al. 2018, R = 81, η = 3.
    const sizes = [81, 34, 15, 8, 5];
    const total = sizes.reduce((a, b) => a + b, 0);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 2 * total; i++) counts[bracketOf(options, i)] = (counts[bracketOf(options, i)] as number) + 1;
    expect(counts).toEqual(sizes.map((size) => 2 * size));
  });

  it('compares within a bracket, and later brackets have later rungs', () => {
    const options: AshaOptions = { ...asha, brackets: 2, eta: 2 };
    // Sizes 2, 2: configurations 0 and 1 are in bracket 0, 2 and 3 in bracket 1.
    expect([0, 1, 2, 3, 4].map((i) => bracketOf(options, i))).toEqual([0, 0, 1, 1, 0]);
    expect([1, 2, 4].map((epoch) => isRung(options, 2, epoch))).toEqual([false, true, true]);
    const others = new Map([
      [0, [at(2, 1)]],
      [1, [at(2, 1)]],
    ]);
    expect(ashaVerdict(options, 2, [at(2, 9)], others).stop).toBe(false);
    expect(ashaVerdict(options, 4, [at(2, 9)], others).stop).toBe(true);
  });
});

describe('the median rule', () => {
  const options: MedianOptions = { rule: 'median', metric: 'testError', goal: 'min', grace: 2, minTrials: 3 };
  const others = [
    [at(1, 10), at(2, 8)],
    [at(1, 6), at(2, 4)],
    [at(1, 9), at(2, 5), at(3, 1)],
  ];

  it.each([
    // Averages up to epoch 2 are 9, 5 and 7: the median is 7.
    ['best 8 is worse than 7', [at(1, 12), at(2, 8)], others, true],
    ['best 7 is not worse', [at(1, 7), at(2, 12)], others, false],
    ['too early', [at(1, 99)], others, false],
    ['too few others', [at(1, 99), at(2, 99)], others.slice(1), false],
    ['others that have not come as far do not count', [at(1, 99), at(2, 99)], [...others.slice(1), [at(1, 1)]], false],
  ])('%s', (_, own, them, stop) => {
    expect(medianVerdict(options, own, them).stop).toBe(stop);
  });

  it('says what it compared', () => {
    expect(medianVerdict(options, [at(1, 12), at(2, 8)], others)).toMatchObject({
      reason: "after epoch 2 the best testError 8 is worse than 7, the median of 3 others' averages",
    });
  });
});
