import type { Tensor } from '@tensorflow/tfjs-core';

/** Dimensions of a tensor, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/**
 * `uint8` is for batch and noise only: grey levels and masks cross to the device as bytes and are cast there. TensorFlow.js
 * has no such dtype, so the step sees them as int32, as `tf.tensor` makes them of a Uint8Array.
 */
export interface TensorSpec {
  readonly shape: Shape;
  readonly dtype: 'float32' | 'int32' | 'uint8';
}

/**
 * What a step takes. Names are chosen by the trainer and stay the names of the executor's inputs.
 *
 * - `state`: weights, optimiser slots: survives from step to step, lives where the executor wants it.
 * - `batch`: images and labels, new for every step.
 * - `scalars`: learning rate and friends as 0-d float32 tensors, so that a schedule does not re-trace.
 * - `noise`: dropout and augmentation noise, drawn by the caller from a counter-based generator, so that every
 *   executor sees the same numbers (invariant I4).
 */
export interface StepSignature {
  readonly state: Readonly<Record<string, TensorSpec>>;
  readonly batch: Readonly<Record<string, TensorSpec>>;
  readonly scalars: readonly string[];
  readonly noise: Readonly<Record<string, TensorSpec>>;
}

export type NamedTensors = Readonly<Record<string, Tensor>>;

export interface StepInputs {
  readonly state: NamedTensors;
  readonly batch: NamedTensors;
  readonly scalars: NamedTensors;
  readonly noise: NamedTensors;
}

/** `state` holds the entries that the step replaces (none for an evaluation step); `metrics` are read by the caller. */
export interface StepOutputs {
  readonly state: NamedTensors;
  readonly metrics: NamedTensors;
}

/**
 * A training or evaluation step: pure, no value is read inside, nothing is assigned.
 * Layouts are TensorFlow.js's own: images NHWC, filters HWIO, dense kernels [in, out].
 */
export type StepFunction = (inputs: StepInputs) => StepOutputs;

export interface Step {
  /** Shown in errors, in the printed graph and in cache keys. */
  readonly name: string;
  readonly signature: StepSignature;
  readonly run: StepFunction;
}
