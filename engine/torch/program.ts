import type { DType } from '../graph/graph.ts';
import type { ConstantValues } from '../graph/operation.ts';
import type { Shape } from '../step.ts';

/** One call of the addon's interpreter. Slots hold a tensor each; what `ints` and `floats` mean stands beside each operation in addon/. */
export interface Instruction {
  readonly kind: string;
  /** -1 for an operand that is not needed. */
  readonly inputs: readonly number[];
  /** -1 for a result that nobody wants. */
  readonly outputs: readonly number[];
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  /** Of the first output, in TensorFlow.js's layout. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** Of a constant. */
  readonly values?: ConstantValues;
}

export interface ScheduledInstruction extends Instruction {
  /** Slots that no later instruction reads. */
  readonly release: readonly number[];
}

export interface TensorInput {
  readonly role: 'batch' | 'noise';
  readonly name: string;
  readonly slot: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A step as the addon takes it: no copying of layouts, every buffer freed at its last use. */
export interface Program {
  readonly slots: number;
  readonly instructions: readonly ScheduledInstruction[];
  readonly state: readonly { readonly name: string; readonly slot: number }[];
  readonly tensors: readonly TensorInput[];
  readonly scalars: readonly { readonly name: string; readonly slot: number }[];
  readonly newState: readonly { readonly name: string; readonly slot: number; readonly copy: boolean }[];
  readonly metrics: readonly {
    readonly name: string;
    readonly slot: number;
    readonly shape: Shape;
    readonly dtype: DType;
  }[];
}
