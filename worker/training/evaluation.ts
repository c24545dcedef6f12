import type { NetworkDescription } from '../../core/networks/description.ts';
import type { CompiledStep, StepState } from '../../engine/executor.ts';
import type { Crop } from './data/crops.ts';
import type { ImageView } from './data/trial-images.ts';
import type { TestInput } from './input/test-input.ts';
import type { PixelScaling } from './networks/pixel-scaling.ts';
import { createVotes, topError, type Votes } from './votes.ts';

export interface Evaluation {
  readonly description: NetworkDescription;
  /** Of the grey levels that `step` is given. */
  readonly scaling: PixelScaling;
  /** Compiled from `evaluationStep(description, batchSize, kind, scaling)`. */
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
 * Top-1 error in percent. An image's votes are averaged over its crops (Simonyan & Zisserman 2015, §3.2); of equal ones the
 * lower class wins.
 * @throws TickworkError as `topError` does, and what `pause` throws.
 */
export async function measureError(evaluation: Evaluation, crops: readonly Crop[]): Promise<number> {
  const votes = createVotes(evaluation.view.labels.length, evaluation.description.classes);
  await addVotes(evaluation, crops, votes);
  return topError(votes, evaluation.view);
}

/**
 * Adds what the network says of every crop of every image to the votes. Crops fill whole batches across images; the last
 * batch is padded with crops of earlier batches, and what they give is ignored.
 */
export async function addVotes(evaluation: Evaluation, crops: readonly Crop[], { sums, shown }: Votes): Promise<void> {
  const { description, step, batchSize, state, view, input, pause } = evaluation;
  const { side, channels, classes } = description;
  const reader = input.open(crops, side, batchSize);
  const views = view.labels.length * crops.length;
  for (let first = 0; first < views; first += batchSize) {
    const filled = Math.min(batchSize, views - first);
    const { images, shows } = await reader.next();
    const batch = { images: { shape: [batchSize, side, side, channels], data: images } };
    const said = await step.run(state, { batch, scalars: {}, noise: {} });
    for (let row = 0; row < filled; row += 1) {
      if (!shows(row)) continue;
      const image = Math.floor((first + row) / crops.length);
      shown[image] = 1;
      for (let label = 0; label < classes; label += 1) {
        const index = image * classes + label;
        sums[index] = (sums[index] ?? 0) + (said.votes?.data[row * classes + label] ?? Number.NaN);
      }
    }
    await pause();
  }
}
