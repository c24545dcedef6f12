import { TickworkError } from '../../core/errors.ts';
import { countTopErrors, type Judgement, judge, type Truth } from '../../core/evaluation/judge.ts';
import type { NetworkDescription } from '../../core/networks/description.ts';
import type { CompiledStep, StepState } from '../../engine/executor.ts';
import type { Crop } from './data/crops.ts';
import type { ImageView } from './data/trial-images.ts';
import type { TestInput } from './input/test-input.ts';

export interface Evaluation {
  readonly description: NetworkDescription;
  /** Compiled from `evaluationStep(description, batchSize)`. */
  readonly step: CompiledStep;
  readonly batchSize: number;
  readonly state: StepState;
  /** The images to judge by, and their crops. */
  readonly view: ImageView;
  readonly input: TestInput;
  /** Called between batches: gives way to other work, and throws when the trial is to stop. */
  readonly pause: () => Promise<void>;
}

/**
 * Top-1 error in percent. An image's posteriors are averaged over its crops (Simonyan & Zisserman 2015, §3.2); of equal
 * ones the lower class wins.
 * @throws TickworkError TRIAL_DIVERGED when a posterior is not a number, and what `pause` throws.
 */
export async function measureError(evaluation: Evaluation, crops: readonly Crop[]): Promise<number> {
  const { classes } = evaluation.description;
  const { labels } = evaluation.view;
  const sums = new Float64Array(labels.length * classes);
  await addPosteriors(evaluation, crops, sums);
  requireJudgeable(sums, classes);
  return countTopErrors(sums, evaluation.view, classes, wasShown(sums, classes))[1] ?? 0;
}

/**
 * Adds the posteriors of every crop of every image to `sums`, [images, classes]. Crops fill whole batches across
 * images; the last batch is padded with crops of earlier batches, and what they give is ignored. The sums of an image that
 * could not be decoded, and may be left out, stay zero.
 */
export async function addPosteriors(evaluation: Evaluation, crops: readonly Crop[], sums: Float64Array): Promise<void> {
  const { description, step, batchSize, state, view, input, pause } = evaluation;
  const { side, channels, classes } = description;
  const reader = input.open(crops, side, batchSize);
  const views = view.labels.length * crops.length;
  for (let first = 0; first < views; first += batchSize) {
    const filled = Math.min(batchSize, views - first);
    const { images, shows } = await reader.next();
    const batch = { images: { shape: [batchSize, side, side, channels], data: images } };
    const { posteriors } = await step.run(state, { batch, scalars: {}, noise: {} });
    for (let row = 0; row < filled; row += 1) {
      if (!shows(row)) continue;
      const image = Math.floor((first + row) / crops.length);
      for (let label = 0; label < classes; label += 1) {
        const index = image * classes + label;
        sums[index] = (sums[index] ?? 0) + (posteriors?.data[row * classes + label] ?? Number.NaN);
      }
    }
    await pause();
  }
}

/**
 * @param votes of every image, [images, classes]; those of an image that was not shown are all 0.
 * @throws TickworkError TRIAL_DIVERGED when one is not a number, DATASET_CORRUPT when no image was shown.
 */
export function judgeVotes(votes: Float64Array, truth: Truth, classes: number): Judgement {
  requireJudgeable(votes, classes);
  return judge(votes, truth, classes, wasShown(votes, classes));
}

function requireJudgeable(votes: Float64Array, classes: number): void {
  if (votes.every((vote) => vote === 0))
    throw new TickworkError('DATASET_CORRUPT', 'Expected a test image that can be decoded, got none.');
  const broken = votes.findIndex(Number.isNaN);
  if (broken < 0) return;
  const image = Math.floor(broken / classes);
  throw new TickworkError('TRIAL_DIVERGED', `Expected posteriors to be numbers, got NaN for test image ${image}.`);
}

function wasShown(votes: Float64Array, classes: number): (image: number) => boolean {
  return (image) => votes.subarray(image * classes, (image + 1) * classes).some((vote) => vote !== 0);
}
