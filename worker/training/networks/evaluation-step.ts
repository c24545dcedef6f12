import * as tf from '@tensorflow/tfjs-core';
import { withoutAuxiliaryHeads } from '../../../core/networks/connections.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { listWeights } from '../../../core/networks/weights.ts';
import type { Step, StepSignature, TensorSpec } from '../../../engine/step.ts';
import { forward } from './forward.ts';
import { named } from './named.ts';

/**
 * Batch: `images` [B, side, side, channels]. Metrics: `posteriors` [B, classes], each row a softmax. No dropout and no
 * auxiliary heads.
 */
export function evaluationStep(trained: NetworkDescription, batchSize: number): Step {
  const description = withoutAuxiliaryHeads(trained);
  return {
    name: `${description.title} evaluation, batch ${batchSize}`,
    signature: evaluationSignature(description, description.side, batchSize),
    run: ({ state, batch }) => {
      const [scores] = forward(description, state, named(batch, 'images'));
      return { state: {}, metrics: { posteriors: tf.softmax(scores) } };
    },
  };
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
