import { expect, it } from 'vitest';
import { createVotes, divideVotes, joinVotes, judgeVotes, topError } from '../../../worker/training/votes.ts';

function votesOf(sums: readonly number[], shown: readonly number[]) {
  const votes = createVotes(shown.length, 2);
  votes.sums.set(sums);
  votes.shown.set(shown);
  return votes;
}

it('a test over crops counts as much as one over the whole image, whatever their numbers of views', () => {
  // Two images; ten crops are for class 0, one whole view is for class 1, and a little surer.
  const crops = votesOf([6, 4, 6, 4], [1, 1]);
  const whole = votesOf([0.35, 0.65, 0.35, 0.65], [1, 1]);
  expect(topError(crops, { labels: [0, 0] })).toBe(0);
  divideVotes(crops, 10);
  joinVotes(crops, whole);
  expect(topError(crops, { labels: [0, 1] })).toBe(50);
});

it('images that were not shown do not count; votes of zero do', () => {
  const votes = votesOf([0, 0, 0, 1, 0, 0], [1, 1, 0]);
  expect(topError(votes, { labels: [0, 0, 1] })).toBe(50);
  expect(() => topError(votesOf([0, 0], [0]), { labels: [0] })).toThrow(
    expect.objectContaining({ code: 'DATASET_CORRUPT' }),
  );
});

it('no number is made of votes that are none', () => {
  for (const broken of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => judgeVotes(votesOf([0, 1, broken, 1], [1, 1]), { labels: [0, 1] })).toThrow(
      expect.objectContaining({ code: 'TRIAL_DIVERGED', message: expect.stringContaining('for test image 1') }),
    );
  }
});
