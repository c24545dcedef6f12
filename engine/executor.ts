import type { Shape, Step } from './step.ts';

/** Every executor, best documented in docs/engine.md. */
export const EXECUTOR_NAMES = ['onnx', 'torch', 'tensorflow', 'cpu'] as const;
export type ExecutorName = (typeof EXECUTOR_NAMES)[number];

/** Where a step runs. Of several GPUs the process sees one: `CUDA_VISIBLE_DEVICES` chooses it. */
export const DEVICES = ['cpu', 'cuda', 'webgpu'] as const;
export type Device = (typeof DEVICES)[number];

/** How products are computed; state and results are float32 always. */
export const PRECISIONS = ['float32', 'tf32', 'bfloat16'] as const;
export type Precision = (typeof PRECISIONS)[number];

export interface ExecutorOptions {
  /** Threads inside one operator, at least 1. On small networks one thread for each process is fastest. */
  readonly threads: number;
  readonly device: Device;
  readonly precision: Precision;
  /** Same bits on every run of this machine and build, at the cost of speed. */
  readonly deterministic: boolean;
  /** Built addons and timed formulations; shared by all processes of a machine. */
  readonly cacheFolder: string;
}

/** What really ran; recorded with every result (invariant I8). */
export interface ExecutorDescription {
  readonly executor: ExecutorName;
  /** Library and version, for example `onnxruntime-node 1.30.0`. */
  readonly library: string;
  /** `cpu`, or the kind and the name of the device: `cuda NVIDIA H100 80GB HBM3`. */
  readonly device: string;
  readonly precision: Precision;
  readonly threads: number;
  readonly deterministic: boolean;
}

/**
 * A dense tensor in host memory, in TensorFlow.js's layout (NHWC, HWIO, [in, out]); its dtype is that of its array.
 * State and metrics are never bytes.
 */
export interface HostTensor {
  readonly shape: Shape;
  readonly data: Float32Array | Int32Array | Uint8Array;
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

export interface CompileOptions {
  /** The step will run a few times only: nothing is to be timed for it first. */
  readonly brief?: boolean;
}

/**
 * Runs steps. One state may be shared by several compiled steps of the same executor (train and evaluate);
 * an evaluation step may name a subset of the state's entries.
 */
export interface Executor {
  describe(): ExecutorDescription;
  compile(step: Step, options?: CompileOptions): Promise<CompiledStep>;
  createState(values: Readonly<Record<string, HostTensor>>): StepState;
  dispose(): Promise<void>;
}
