import * as tf from '@tensorflow/tfjs-core';
import type { LossName } from '../../../core/catalogue/losses.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { type LayerSelection, trainableWeights } from '../../../core/networks/layer-selection.ts';
import { inferShapes } from '../../../core/networks/shapes.ts';
import { listWeights, type Weight } from '../../../core/networks/weights.ts';
import type { NamedTensors, Step, StepInputs, StepOutputs, TensorSpec } from '../../../engine/step.ts';
import { LOSSES } from '../objectives/losses.ts';
import { renormaliseFilters } from '../optimisers/filter-renormalisation.ts';
import { type MultiplierParameters, multipliersOf } from '../optimisers/multipliers.ts';
import type { Optimiser } from '../optimisers/optimiser.ts';
import { OPTIMISERS } from '../optimisers/optimisers.ts';
import { forward } from './forward.ts';
import { named } from './named.ts';

/** What a training step does with the network's scores; the defaults are those of a study. */
export interface Objective extends MultiplierParameters {
  readonly loss: LossName;
  readonly optimiser: keyof typeof OPTIMISERS;
  /** Layers whose weights the step reads and leaves as they are. */
  readonly freeze: LayerSelection;
  /** Root mean square at which a filter is held (`renormaliseFilters`); 0 leaves filters alone. */
  readonly filterRadius: number;
}

const DEFAULT_OBJECTIVE: Objective = {
  loss: 'softmax',
  optimiser: 'sgd',
  biasRate: 1,
  biasDecay: 0,
  layerRates: [],
  layerDecays: [],
  freeze: 0,
  filterRadius: 0,
};

/** State entry of an optimiser's memory of a weight. */
export const slotOf = (weight: string, slot: string): string => `${weight}/${slot}`;

/** Every state entry that the optimiser keeps beside the weights that learn, with its shape. */
export function slotShapes(
  description: NetworkDescription,
  { slots }: Optimiser,
  frozen: LayerSelection,
): readonly { readonly name: string; readonly shape: readonly number[] }[] {
  return trainableWeights(description, frozen).flatMap(({ name, shape }) =>
    slots.map((slot) => ({ name: slotOf(name, slot), shape })),
  );
}

/**
 * One step of the optimiser on the loss.
 *
 * - state: every weight and the optimiser's slots; batch: `images` [B, side, side, channels], `labels` [B, classes];
 * - scalars: the optimiser's; noise: a mask for each dropout layer, by its name;
 * - metrics: `loss` of all heads by their weights, without the decay term; `errors`, the number of images whose highest
 *   score is not their label's.
 */
export function trainingStep(
  description: NetworkDescription,
  batchSize: number,
  objective: Objective = DEFAULT_OBJECTIVE,
): Step {
  const { side, channels, classes, title } = description;
  const optimiser = OPTIMISERS[objective.optimiser];
  const entries = [...listWeights(description), ...slotShapes(description, optimiser, objective.freeze)];
  return {
    name: `${title} training, batch ${batchSize}`,
    signature: {
      state: Object.fromEntries(
        entries.map(({ name, shape }): [string, TensorSpec] => [name, { shape, dtype: 'float32' }]),
      ),
      batch: {
        images: { shape: [batchSize, side, side, channels], dtype: 'float32' },
        labels: { shape: [batchSize, classes], dtype: 'float32' },
      },
      scalars: optimiser.scalars,
      noise: dropoutMaskSpecs(description, batchSize),
    },
    run: (inputs) => descend(description, objective, inputs),
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

function descend(description: NetworkDescription, objective: Objective, inputs: StepInputs): StepOutputs {
  const { state, batch, scalars } = inputs;
  const optimiser = OPTIMISERS[objective.optimiser];
  const weights = trainableWeights(description, objective.freeze);
  const labels = named(batch, 'labels') as tf.Tensor2D;
  const { loss, scores, gradients } = differentiate(description, weights, objective.loss, inputs, labels);
  const next: Record<string, tf.Tensor> = {};
  for (const weight of weights) {
    const { name, shape } = weight;
    const { rate, decay } = multipliersOf(objective, weight);
    const updated = optimiser.update({
      weight: named(state, name),
      gradient: named(gradients, name),
      slots: Object.fromEntries(optimiser.slots.map((slot) => [slot, named(state, slotOf(name, slot))])),
      scalars,
      rateMultiplier: rate,
      decayMultiplier: decay,
    });
    for (const slot of optimiser.slots) next[slotOf(name, slot)] = named(updated.slots, slot);
    const held = objective.filterRadius > 0 && shape.length === 4;
    next[name] = held ? renormaliseFilters(updated.weight, objective.filterRadius) : updated.weight;
  }
  const missed = tf.notEqual(tf.argMax(scores, 1), tf.argMax(labels, 1));
  const errors = tf.sum(tf.cast(missed, 'float32'));
  scores.dispose();
  return { state: next, metrics: { loss, errors } };
}

/** @param weights that learn. @returns the loss, its gradient by weight name, and the main head's scores, which the caller disposes of. */
function differentiate(
  description: NetworkDescription,
  weights: readonly Weight[],
  lossName: LossName,
  { state, batch, noise }: StepInputs,
  labels: tf.Tensor2D,
): { readonly loss: tf.Tensor; readonly scores: tf.Tensor; readonly gradients: NamedTensors } {
  const images = named(batch, 'images');
  const lossOf = LOSSES[lossName];
  const values = weights.map(({ name }) => named(state, name));
  const kept: tf.Tensor[] = [];
  const { value: loss, grads } = tf.valueAndGrads((...current: tf.Tensor[]) => {
    const learning = Object.fromEntries(weights.map(({ name }, index) => [name, current[index] as tf.Tensor]));
    const [main, ...auxiliary] = forward(description, { ...state, ...learning }, images, noise);
    kept.push(tf.keep(main));
    return (description.auxiliaryHeads ?? []).reduce<tf.Tensor>(
      (total, { lossWeight }, head) =>
        tf.add(total, tf.mul(lossOf(auxiliary[head] as tf.Tensor2D, labels), lossWeight)),
      lossOf(main, labels),
    ) as tf.Scalar;
  })(values);
  const [scores] = kept;
  if (scores === undefined) throw new Error('Expected the forward pass to run once, got no scores.');
  return { loss, scores, gradients: Object.fromEntries(weights.map(({ name }, i) => [name, grads[i] as tf.Tensor])) };
}
