import * as tf from '@tensorflow/tfjs-core';
import { withoutAuxiliaryHeads } from '../../../core/networks/connections.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { listWeights } from '../../../core/networks/weights.ts';
import type { Step, TensorSpec } from '../../../engine/step.ts';
import { forward, named } from './forward.ts';

/** Batch: `images` [B, side, side, channels]. Metrics: `posteriors` [B, classes], each row a softmax. No dropout and no auxiliary heads. */
export function evaluationStep(trained: NetworkDescription, batchSize: number): Step {
  const description = withoutAuxiliaryHeads(trained);
  const { side, channels, title } = description;
  return {
    name: `${title} evaluation, batch ${batchSize}`,
    signature: {
      state: Object.fromEntries(
        listWeights(description).map(({ name, shape }): [string, TensorSpec] => [name, { shape, dtype: 'float32' }]),
      ),
      batch: { images: { shape: [batchSize, side, side, channels], dtype: 'float32' } },
      scalars: [],
      noise: {},
    },
    run: ({ state, batch }) => {
      const [logits] = forward(description, state, named(batch, 'images'));
      return { state: {}, metrics: { posteriors: tf.softmax(logits) } };
    },
  };
}
