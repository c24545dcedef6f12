import * as tf from '@tensorflow/tfjs-core';
import type { LossName } from '../../../core/catalogue/losses.ts';
import { withoutAuxiliaryHeads } from '../../../core/networks/connections.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { listWeights } from '../../../core/networks/weights.ts';
import type { Step, StepSignature, TensorSpec } from '../../../engine/step.ts';
import { forward } from './forward.ts';
import { named } from './named.ts';

/** What a network says of an image: its softmax, or the scores themselves. */
export type VoteKind = 'posteriors' | 'scores';

/**
 * What a test averages over the views of an image. Only the softmax loss makes posteriors of scores; machines of the hinge
 * losses are compared, and their images ranked, by the scores (Razavian et al. 2014 add them up over views).
 */
export function votesOf(loss: LossName): VoteKind {
  return loss === 'softmax' ? 'posteriors' : 'scores';
}

/** Batch: `images` [B, side, side, channels]. Metrics: `votes` [B, classes]. No dropout and no auxiliary heads. */
export function evaluationStep(trained: NetworkDescription, batchSize: number, kind: VoteKind = 'posteriors'): Step {
  const description = withoutAuxiliaryHeads(trained);
  return {
    name: `${description.title} evaluation, batch ${batchSize}`,
    signature: evaluationSignature(description, description.side, batchSize),
    run: ({ state, batch }) => {
      const [scores] = forward(description, state, named(batch, 'images'));
      return { state: {}, metrics: { votes: castVotes(scores, kind) } };
    },
  };
}

export function castVotes(scores: tf.Tensor2D, kind: VoteKind): tf.Tensor2D {
  return kind === 'posteriors' ? tf.softmax(scores) : scores;
}

/** The weights and one batch of square images. */
export function evaluationSignature(description: NetworkDescription, side: number, batchSize: number): StepSignature {
  return {
    state: Object.fromEntries(
      listWeights(description).map(({ name, shape }): [string, TensorSpec] => [name, { shape, dtype: 'float32' }]),
    ),
    batch: { images: { shape: [batchSize, side, side, description.channels], dtype: 'float32' } },
    scalars: [],
    noise: {},
  };
}
