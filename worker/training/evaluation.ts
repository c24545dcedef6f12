import { TickworkError } from '../../core/errors.ts';
import { countTopErrors, type Judgement, judge, type Truth } from '../../core/evaluation/judge.ts';
import type { NetworkDescription } from '../../core/networks/description.ts';
import type { CompiledStep, StepState } from '../../engine/executor.ts';
import { createCropSampler } from './data/crop-sampler.ts';
import type { Crop } from './data/crops.ts';
import type { Dataset } from './data/dataset.ts';

export interface Evaluation {
  readonly description: NetworkDescription;
  /** Compiled from `evaluationStep(description, batchSize)`. */
  readonly step: CompiledStep;
  readonly batchSize: number;
  readonly state: StepState;
  readonly dataset: Dataset;
  /** The first so many test images. */
  readonly testImages: number;
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
  const sums = new Float64Array(evaluation.testImages * classes);
  await addPosteriors(evaluation, crops, sums);
  requireNumbers(sums, classes);
  const errors = countTopErrors(sums, { labels: evaluation.dataset.test.labels }, classes, wasShown(sums, classes));
  return errors[1] ?? 0;
}

/**
 * Adds the posteriors of every view of every test image to `sums`, [testImages, classes]. Views fill whole batches across
 * images; the last batch is padded with views of earlier batches, and what they give is ignored.
 */
export async function addPosteriors(evaluation: Evaluation, crops: readonly Crop[], sums: Float64Array): Promise<void> {
  const { description, step, batchSize, state, dataset, testImages, pause } = evaluation;
  const { side, channels, classes } = description;
  const sample = createCropSampler(side, dataset.facts.normalisation);
  const length = side * side * channels;
  const data = new Float32Array(batchSize * length);
  const inputs = { batch: { images: { shape: [batchSize, side, side, channels], data } }, scalars: {}, noise: {} };
  const views = testImages * crops.length;
  for (let first = 0; first < views; first += batchSize) {
    const filled = Math.min(batchSize, views - first);
    for (let row = 0; row < filled; row += 1) {
      const crop = crops[(first + row) % crops.length] as Crop;
      sample(dataset.test, Math.floor((first + row) / crops.length), crop, data, row * length);
    }
    const { posteriors } = await step.run(state, inputs);
    for (let row = 0; row < filled; row += 1) {
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
 * @throws TickworkError TRIAL_DIVERGED when one is not a number.
 */
export function judgeVotes(votes: Float64Array, truth: Truth, classes: number): Judgement {
  requireNumbers(votes, classes);
  return judge(votes, truth, classes, wasShown(votes, classes));
}

function requireNumbers(votes: Float64Array, classes: number): void {
  const broken = votes.findIndex(Number.isNaN);
  if (broken < 0) return;
  const image = Math.floor(broken / classes);
  throw new TickworkError('TRIAL_DIVERGED', `Expected posteriors to be numbers, got NaN for test image ${image}.`);
}

function wasShown(votes: Float64Array, classes: number): (image: number) => boolean {
  return (image) => votes.subarray(image * classes, (image + 1) * classes).some((vote) => vote !== 0);
}
