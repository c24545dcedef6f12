import type { NetworkDescription } from '../../core/networks/description.ts';
import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import type { Executor } from '../../engine/executor.ts';
import { rescaledSize, type Size } from './data/crops.ts';
import { readImageSizes } from './data/image-sizes.ts';
import { addVotes, type Evaluation } from './evaluation.ts';
import { denseEvaluationStep } from './networks/dense-evaluation-step.ts';
import { votesOf } from './networks/evaluation-step.ts';
import type { Votes } from './votes.ts';

/**
 * Adds what the network says of whole images, rescaled until their smallest side is Q, whatever the other is (Simonyan & Zisserman
 * 2015, §3.2). A step is for one shape: images of one shape are shown together, and the step is disposed of before the next shape's
 * is compiled, so that one at a time is kept however many shapes there are.
 * @param scales Q, each at least the network's side.
 * @returns how many views there are of an image.
 * @throws TickworkError DATASET_MISSING, DATASET_CORRUPT.
 */
export async function addDenseVotes(
  { loss, testFlip }: Pick<TrialParameters, 'loss' | 'testFlip'>,
  scales: readonly number[],
  description: NetworkDescription,
  executor: Executor,
  evaluation: Evaluation,
  votes: Votes,
): Promise<number> {
  const { view, input, scaling, pause } = evaluation;
  const sizes = await readImageSizes(view.images, view.places, input.corruptImages);
  const flips = testFlip ? [false, true] : [false];
  for (const scale of scales) {
    for (const { window, images } of shapesAt(sizes, scale)) {
      const batchSize = Math.min(evaluation.batchSize, images.length * flips.length);
      const step = await executor.compile(denseEvaluationStep(description, window, batchSize, votesOf(loss), scaling), {
        brief: true,
      });
      try {
        const views = { kind: 'whole', scale, flips } as const;
        await addVotes({ ...evaluation, step, batchSize }, { views, window, images }, votes);
      } finally {
        await step.dispose();
      }
      await pause();
    }
  }
  return scales.length * flips.length;
}

interface Shape {
  readonly window: Size;
  /** By their numbers in the view, in order. */
  readonly images: readonly number[];
}

/** Images by what they measure after they are rescaled, in the order of the first of each. */
function shapesAt(sizes: readonly (Size | undefined)[], scale: number): readonly Shape[] {
  const shapes = new Map<string, { readonly window: Size; readonly images: number[] }>();
  for (const [image, size] of sizes.entries()) {
    if (size === undefined) continue;
    const window = rescaledSize(size, scale);
    const key = `${window.width} ${window.height}`;
    const shape = shapes.get(key) ?? { window, images: [] };
    shape.images.push(image);
    shapes.set(key, shape);
  }
  return [...shapes.values()];
}
