import * as tf from '@tensorflow/tfjs-core';
import type { LossName } from '../../../core/catalogue/losses.ts';
import { withoutAuxiliaryHeads } from '../../../core/networks/connections.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { listWeights } from '../../../core/networks/weights.ts';
import type { NamedTensors, Step, StepSignature, TensorSpec } from '../../../engine/step.ts';
import { type Size, square } from '../data/crops.ts';
import { forward } from './forward.ts';
import { named } from './named.ts';
import { type PixelScaling, scalePixels } from './pixel-scaling.ts';

/** What a network says of an image: its softmax, or the scores themselves. */
export type VoteKind = 'posteriors' | 'scores';

/**
 * What a test averages over the views of an image. Only the softmax loss makes posteriors of scores; machines of the hinge
 * losses are compared, and their images ranked, by the scores (Razavian et al. 2014 add them up over views).
 */
export function votesOf(loss: LossName): VoteKind {
  return loss === 'softmax' ? 'posteriors' : 'scores';
}

/**
 * Batch: `images` [B, side, side, channels]. Metrics: `votes` [B, classes]. No dropout and no auxiliary heads.
 * @param scaling as of `trainingStep`.
 */
export function evaluationStep(
  trained: NetworkDescription,
  batchSize: number,
  kind: VoteKind = 'posteriors',
  scaling?: PixelScaling,
): Step {
  const description = withoutAuxiliaryHeads(trained);
  return {
    name: `${description.title} evaluation, batch ${batchSize}`,
    signature: evaluationSignature(description, square(description.side), batchSize, scaling),
    run: ({ state, batch }) => {
      const [scores] = forward(description, state, imagesOf(batch, scaling));
      return { state: {}, metrics: { votes: castVotes(scores, kind) } };
    },
  };
}

export function castVotes(scores: tf.Tensor2D, kind: VoteKind): tf.Tensor2D {
  return kind === 'posteriors' ? tf.softmax(scores) : scores;
}

export function imagesOf(batch: NamedTensors, scaling: PixelScaling | undefined): tf.Tensor {
  const images = named(batch, 'images');
  return scaling === undefined ? images : scalePixels(images, scaling);
}

/** The weights and one batch of images. */
export function evaluationSignature(
  description: NetworkDescription,
  { width, height }: Size,
  batchSize: number,
  scaling: PixelScaling | undefined,
): StepSignature {
  return {
    state: Object.fromEntries(
      listWeights(description).map(({ name, shape }): [string, TensorSpec] => [name, { shape, dtype: 'float32' }]),
    ),
    batch: {
      images: {
        shape: [batchSize, height, width, description.channels],
        dtype: scaling === undefined ? 'float32' : 'uint8',
      },
    },
    scalars: [],
    noise: {},
  };
}
