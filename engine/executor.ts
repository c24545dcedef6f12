import type { Shape, Step } from './step.ts';

/** What really ran; recorded with every result (invariant I8). */
export interface ExecutorDescription {
  readonly executor: 'onnx' | 'cpu';
  /** Library and version, for example `onnxruntime-node 1.30.0`. */
  readonly library: string;
  readonly device: string;
  readonly precision: 'float32';
  readonly threads: number;
}

/** A dense tensor in host memory, in TensorFlow.js's layout (NHWC, HWIO, [in, out]). */
export interface HostTensor {
  readonly shape: Shape;
  readonly data: Float32Array | Int32Array;
}

/** Inputs of one run by name; shapes must equal the step's signature. Scalars are plain numbers here. */
export interface RunInputs {
  readonly batch: Readonly<Record<string, HostTensor>>;
  readonly scalars: Readonly<Record<string, number>>;
  readonly noise: Readonly<Record<string, HostTensor>>;
}

/** Weights and optimiser slots where the executor keeps them. Reading converts to TensorFlow.js's layout. */
export interface StepState {
  readonly names: readonly string[];
  read(name: string): Promise<HostTensor>;
  dispose(): void;
}

/** One step compiled for fixed shapes. A training step advances `state` in place; an evaluation step only reads it. */
export interface CompiledStep {
  /** @returns metrics by name, in TensorFlow.js's layout. */
  run(state: StepState, inputs: RunInputs): Promise<Readonly<Record<string, HostTensor>>>;
  dispose(): Promise<void>;
}

/**
 * Runs steps. One state may be shared by several compiled steps of the same executor (train and evaluate);
 * an evaluation step may name a subset of the state's entries.
 */
export interface Executor {
  describe(): ExecutorDescription;
  compile(step: Step): Promise<CompiledStep>;
  createState(values: Readonly<Record<string, HostTensor>>): StepState;
  dispose(): Promise<void>;
}
