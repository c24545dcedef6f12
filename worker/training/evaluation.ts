import type { NetworkDescription } from '../../core/networks/description.ts';
import type { CompiledStep, StepState } from '../../engine/executor.ts';
import { type Crop, square } from './data/crops.ts';
import type { ImageView } from './data/trial-images.ts';
import { viewsOfImage } from './input/pass.ts';
import type { Showing, TestInput } from './input/test-input.ts';
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
  await addVotes(evaluation, cropsShown(evaluation.description, crops), votes);
  return topError(votes, evaluation.view);
}

/** Crops of the network's own side. */
export function cropsShown({ side }: NetworkDescription, crops: readonly Crop[]): Showing {
  return { views: { kind: 'test', crops }, window: square(side) };
}

/**
 * Adds what the network says of every view of every image to the votes. Views fill whole batches across images; the last
 * batch is padded with views of earlier batches, and what they give is ignored.
 */
export async function addVotes(evaluation: Evaluation, showing: Showing, { sums, shown }: Votes): Promise<void> {
  const { description, step, batchSize, state, view, input, pause } = evaluation;
  const { channels, classes } = description;
  const { views, window, images: chosen } = showing;
  const shape = [batchSize, window.height, window.width, channels];
  const reader = input.open(showing, batchSize);
  const perImage = viewsOfImage(views);
  const rows = (chosen ?? view.labels).length * perImage;
  for (let first = 0; first < rows; first += batchSize) {
    const filled = Math.min(batchSize, rows - first);
    const { images, shows } = await reader.next();
    const batch = { images: { shape, data: images } };
    const said = await step.run(state, { batch, scalars: {}, noise: {} });
    for (let row = 0; row < filled; row += 1) {
      if (!shows(row)) continue;
      const number = Math.floor((first + row) / perImage);
      const image = chosen === undefined ? number : (chosen[number] as number);
      shown[image] = 1;
      for (let label = 0; label < classes; label += 1) {
        const index = image * classes + label;
        sums[index] = (sums[index] ?? 0) + (said.votes?.data[row * classes + label] ?? Number.NaN);
      }
    }
    await pause();
  }
}
