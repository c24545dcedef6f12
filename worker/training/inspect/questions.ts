import type { TrialSpec } from '../../../core/study/trial-parameters.ts';
import type { ExecutorDescription, ExecutorName, ExecutorOptions } from '../../../engine/executor.ts';
import type { GradientCheck, MemoryEstimate, StepCheck } from '../../../engine/mod.ts';

/** What `tickwork engine` asks the process of main.ts about one cell of a study. */
export type Question =
  | {
      readonly kind: 'show';
      readonly spec: TrialSpec;
      readonly step: 'training' | 'evaluation';
      /** `graph`: simplified, as executors get it; `raw`: as traced; `onnx`: as ONNX Runtime gets it. */
      readonly form: 'graph' | 'raw' | 'onnx';
    }
  | {
      readonly kind: 'check';
      readonly spec: TrialSpec;
      /** Images, fewer than the study's: the oracle is slow. */
      readonly batch: number;
      readonly executor: ExecutorName;
      readonly options: ExecutorOptions;
    };

export interface ShownStep {
  /** Lines of the graph. */
  readonly text: string;
  readonly title: string;
  readonly nodes: { readonly traced: number; readonly simplified: number };
  readonly parameters: number;
  /** Multiply-accumulates of one image's forward pass. */
  readonly macsPerImage: number;
  readonly batch: number;
  readonly traceMs: number;
  /** Of the simplified graph, from the liveness of its values. */
  readonly memory: MemoryEstimate;
}

export interface CheckedStep {
  readonly title: string;
  readonly executor: ExecutorDescription;
  readonly batch: number;
  /** Against TensorFlow.js's cpu kernels. */
  readonly oracle: StepCheck;
  /** Against central differences of the loss. */
  readonly gradients: readonly GradientCheck[];
  readonly passed: boolean;
}
