import * as tf from '@tensorflow/tfjs-core';
import type { LossName } from '../../../core/catalogue/losses.ts';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { type LayerSelection, trainableWeights } from '../../../core/networks/layer-selection.ts';
import { inferShapes } from '../../../core/networks/shapes.ts';
import { listWeights, type Weight } from '../../../core/networks/weights.ts';
import type { NamedTensors, Step, StepInputs, StepOutputs, TensorSpec } from '../../../engine/step.ts';
import { LOSSES, presentClasses } from '../objectives/losses.ts';
import { renormaliseFilters } from '../optimisers/filter-renormalisation.ts';
import { type MultiplierParameters, multipliersOf } from '../optimisers/multipliers.ts';
import type { Optimiser } from '../optimisers/optimiser.ts';
import { OPTIMISERS } from '../optimisers/optimisers.ts';
import { forward } from './forward.ts';
import { named } from './named.ts';
import { type PixelScaling, scalePixels } from './pixel-scaling.ts';

/** What a training step does with the network's scores; the defaults are those of a study. */
export interface Objective extends MultiplierParameters {
  readonly loss: LossName;
  readonly optimiser: keyof typeof OPTIMISERS;
  /** Layers whose weights the step reads and leaves as they are. */
  readonly freeze: LayerSelection;
  /** Root mean square at which a filter is held (`renormaliseFilters`); 0 leaves filters alone. */
  readonly filterRadius: number;
  /** Above 0 each image brings a shift of its colours. */
  readonly colourShift?: number | undefined;
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
 * - state: every weight and the optimiser's slots; batch: `images` [B, side, side, channels], `labels` [B, classes] as losses
 *   take them, and with a colour shift `shifts` [B, channels] in grey levels;
 * - scalars: the optimiser's; noise: a mask of bytes for each dropout layer, by its name;
 * - metrics: `loss` of all heads by their weights, without the decay term; `errors`, the number of images that show a class
 *   and whose highest score is not for one that they show.
 * @param scaling of images that are grey levels; without it images are numbers as the network sees them.
 */
export function trainingStep(
  description: NetworkDescription,
  batchSize: number,
  objective: Objective = DEFAULT_OBJECTIVE,
  scaling?: PixelScaling,
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
        images: { shape: [batchSize, side, side, channels], dtype: scaling === undefined ? 'float32' : 'uint8' },
        labels: { shape: [batchSize, classes], dtype: 'float32' },
        ...(scaling && shiftsColours(objective) && { shifts: { shape: [batchSize, channels], dtype: 'float32' } }),
      },
      scalars: optimiser.scalars,
      noise: dropoutMaskSpecs(description, batchSize),
    },
    run: (inputs) => descend(description, objective, inputs, scaling),
  };
}

export const shiftsColours = ({ colourShift = 0 }: Pick<Objective, 'colourShift'>): boolean => colourShift > 0;

/** Shape of each dropout layer's mask, by layer name. */
export function dropoutMaskSpecs(description: NetworkDescription, batchSize: number): Record<string, TensorSpec> {
  return Object.fromEntries(
    inferShapes(description)
      .filter(({ layer }) => layer.kind === 'dropout')
      .map(({ layer, output }) => [layer.name, { shape: [batchSize, ...output], dtype: 'uint8' }]),
  );
}

function descend(
  description: NetworkDescription,
  objective: Objective,
  inputs: StepInputs,
  scaling: PixelScaling | undefined,
): StepOutputs {
  const { state, batch, scalars } = inputs;
  const optimiser = OPTIMISERS[objective.optimiser];
  const weights = trainableWeights(description, objective.freeze);
  const labels = named(batch, 'labels') as tf.Tensor2D;
  const images = scaling ? scalePixels(named(batch, 'images'), scaling, batch.shifts) : named(batch, 'images');
  const { loss, scores, gradients } = differentiate(description, weights, objective.loss, inputs, images, labels);
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
  const errors = countErrors(scores as tf.Tensor2D, labels);
  scores.dispose();
  return { state: next, metrics: { loss, errors } };
}

/** An image of several classes is right with any of them; one that shows none, or none for sure, cannot be wrong. */
function countErrors(scores: tf.Tensor2D, labels: tf.Tensor2D): tf.Tensor {
  const [, classes = 1] = scores.shape;
  const present = presentClasses(labels);
  const chosen = tf.oneHot(tf.argMax(scores, 1) as tf.Tensor1D, classes, 1, 0, 'float32');
  return tf.sub(tf.sum(tf.max(present, 1)), tf.sum(tf.mul(chosen, present)));
}

/** @param weights that learn. @returns the loss, its gradient by weight name, and the main head's scores, which the caller disposes of. */
function differentiate(
  description: NetworkDescription,
  weights: readonly Weight[],
  lossName: LossName,
  { state, noise }: StepInputs,
  images: tf.Tensor,
  labels: tf.Tensor2D,
): { readonly loss: tf.Tensor; readonly scores: tf.Tensor; readonly gradients: NamedTensors } {
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
