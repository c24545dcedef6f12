import { TickworkError } from '../../core/errors.ts';
import { countTopErrors, type Judgement, judge, type Truth } from '../../core/evaluation/judge.ts';

/** What the views of each image have said, added up. */
export interface Votes {
  readonly classes: number;
  /** [images, classes] */
  readonly sums: Float64Array;
  /** [images], 1 where a view was shown; an image that cannot be decoded, and may be left out, has none. */
  readonly shown: Uint8Array;
}

export function createVotes(images: number, classes: number): Votes {
  return { classes, sums: new Float64Array(images * classes), shown: new Uint8Array(images) };
}

/** Makes means of sums. */
export function divideVotes({ sums }: Votes, views: number): void {
  for (let index = 0; index < sums.length; index += 1) sums[index] = (sums[index] as number) / views;
}

/** Adds other votes to these. */
export function joinVotes(votes: Votes, others: Votes): void {
  for (const [index, sum] of others.sums.entries()) votes.sums[index] = (votes.sums[index] as number) + sum;
  for (const [image, shown] of others.shown.entries()) if (shown === 1) votes.shown[image] = 1;
}

/** @throws TickworkError TRIAL_DIVERGED when a vote is not a number, DATASET_CORRUPT when no image was shown. */
export function judgeVotes(votes: Votes, truth: Truth): Judgement {
  requireJudgeable(votes);
  return judge(votes.sums, truth, votes.classes, (image) => votes.shown[image] === 1);
}

/** Top-1 error in percent. @throws TickworkError as `judgeVotes` does. */
export function topError(votes: Votes, truth: Truth): number {
  requireJudgeable(votes);
  const errors = countTopErrors(votes.sums, truth, votes.classes, (image) => votes.shown[image] === 1);
  return errors[1] ?? 0;
}

function requireJudgeable({ sums, shown, classes }: Votes): void {
  if (!shown.includes(1))
    throw new TickworkError('DATASET_CORRUPT', 'Expected a test image that can be decoded, got none.');
  const broken = sums.findIndex((sum) => !Number.isFinite(sum));
  if (broken < 0) return;
  const image = Math.floor(broken / classes);
  throw new TickworkError(
    'TRIAL_DIVERGED',
    `Expected the votes of the network to be finite, got ${sums[broken]} for test image ${image}.`,
  );
}
