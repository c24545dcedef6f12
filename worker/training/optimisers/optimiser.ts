import type * as tf from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../../../engine/step.ts';

/** One weight before its update. */
export interface WeightUpdate {
  readonly weight: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** By the names of `Optimiser.slots`. */
  readonly slots: NamedTensors;
  /** By the names of `Optimiser.scalars`, all 0-d. */
  readonly scalars: NamedTensors;
  /** Of the layer's group, times the step's learning rate. */
  readonly rateMultiplier: number;
  /** Times the trial's weight decay; 0 for a bias. */
  readonly decayMultiplier: number;
}

export interface UpdatedWeight {
  readonly weight: tf.Tensor;
  readonly slots: NamedTensors;
}

/** How gradients move weights: pure, so that it is traced with the rest of the step. */
export interface Optimiser {
  /** State kept beside each weight, of its shape, 0 before the first step. */
  readonly slots: readonly string[];
  /** Scalars the update reads. */
  readonly scalars: readonly string[];
  update(update: WeightUpdate): UpdatedWeight;
}
