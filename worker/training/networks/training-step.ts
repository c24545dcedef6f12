import * as tf from '@tensorflow/tfjs-core';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { inferShapes } from '../../../core/networks/shapes.ts';
import { listWeights, type Weight } from '../../../core/networks/weights.ts';
import type { NamedTensors, Step, StepInputs, StepOutputs, TensorSpec } from '../../../engine/step.ts';
import { forward, named } from './forward.ts';

/** State entry of the momentum buffer that belongs to a weight. */
export const velocityOf = (weight: string): string => `${weight}/velocity`;

/**
 * One step of stochastic gradient descent with momentum on the mean softmax cross-entropy (Caffe's and Krizhevsky's
 * form): v ← μ·v − lr·(g + λ·w); w ← w + v. Weight decay λ applies to kernels, not to biases.
 *
 * - state: every weight and its velocity; batch: `images` [B, side, side, channels], `labels` [B, classes] one-hot;
 * - scalars: `learningRate`, `momentum`, `weightDecay`; noise: a mask for each dropout layer, by its name;
 * - metrics: `loss` of all heads by their weights, without the decay term; `errors`, the number of images whose most
 *   probable class is not the label's.
 */
export function trainingStep(description: NetworkDescription, batchSize: number): Step {
  const { side, channels, classes, title } = description;
  const weights = listWeights(description);
  return {
    name: `${title} training, batch ${batchSize}`,
    signature: {
      state: Object.fromEntries(
        weights.flatMap(({ name, shape }): [string, TensorSpec][] => [
          [name, { shape, dtype: 'float32' }],
          [velocityOf(name), { shape, dtype: 'float32' }],
        ]),
      ),
      batch: {
        images: { shape: [batchSize, side, side, channels], dtype: 'float32' },
        labels: { shape: [batchSize, classes], dtype: 'float32' },
      },
      scalars: ['learningRate', 'momentum', 'weightDecay'],
      noise: dropoutMaskSpecs(description, batchSize),
    },
    run: (inputs) => descend(description, weights, inputs),
  };
}

/** Shape of each dropout layer's mask, by layer name. */
export function dropoutMaskSpecs(description: NetworkDescription, batchSize: number): Record<string, TensorSpec> {
  return Object.fromEntries(
    inferShapes(description)
      .filter(({ layer }) => layer.kind === 'dropout')
      .map(({ layer, output }) => [layer.name, { shape: [batchSize, ...output], dtype: 'float32' }]),
  );
}

function descend(description: NetworkDescription, weights: readonly Weight[], inputs: StepInputs): StepOutputs {
  const { state, batch, scalars, noise } = inputs;
  const labels = named(batch, 'labels');
  const { loss, logits, gradients } = differentiate(description, weights, inputs, labels, noise);
  const learningRate = named(scalars, 'learningRate');
  const momentum = named(scalars, 'momentum');
  const weightDecay = named(scalars, 'weightDecay');
  const next: Record<string, tf.Tensor> = {};
  for (const { name, role } of weights) {
    const weight = named(state, name);
    const gradient = named(gradients, name);
    const slope = role === 'kernel' ? tf.add(gradient, tf.mul(weightDecay, weight)) : gradient;
    const velocity = tf.sub(tf.mul(momentum, named(state, velocityOf(name))), tf.mul(learningRate, slope));
    next[velocityOf(name)] = velocity;
    next[name] = tf.add(weight, velocity);
  }
  const missed = tf.notEqual(tf.argMax(logits, 1), tf.argMax(labels, 1));
  const errors = tf.sum(tf.cast(missed, 'float32'));
  logits.dispose();
  return { state: next, metrics: { loss, errors } };
}

/** @returns the loss, its gradient by weight name, and the logits, which the caller disposes of. */
function differentiate(
  description: NetworkDescription,
  weights: readonly Weight[],
  { state, batch }: StepInputs,
  labels: tf.Tensor,
  masks: NamedTensors,
): { readonly loss: tf.Tensor; readonly logits: tf.Tensor; readonly gradients: NamedTensors } {
  const images = named(batch, 'images');
  const values = weights.map(({ name }) => named(state, name));
  const kept: tf.Tensor[] = [];
  const { value: loss, grads } = tf.valueAndGrads((...current: tf.Tensor[]) => {
    const parameters = Object.fromEntries(weights.map(({ name }, index) => [name, current[index] as tf.Tensor]));
    const [main, ...auxiliary] = forward(description, parameters, images, masks);
    const scores = tf.keep(main);
    kept.push(scores);
    const loss = tf.losses.softmaxCrossEntropy(labels, scores);
    return (description.auxiliaryHeads ?? []).reduce((total, { lossWeight }, head) => {
      const part = tf.losses.softmaxCrossEntropy(labels, auxiliary[head] as tf.Tensor2D);
      return tf.add(total, tf.mul(part, lossWeight));
    }, loss) as tf.Scalar;
  })(values);
  const [logits] = kept;
  if (logits === undefined) throw new Error('Expected the forward pass to run once, got no logits.');
  return { loss, logits, gradients: Object.fromEntries(weights.map(({ name }, i) => [name, grads[i] as tf.Tensor])) };
}
