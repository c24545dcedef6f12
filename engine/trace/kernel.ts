import type { Attribute, NamedAttrMap } from '@tensorflow/tfjs-core';
import type { DType } from '../graph/graph.ts';
import type { Operation } from '../graph/operation.ts';
import type { Shape } from '../step.ts';

/** Dtypes that TensorFlow.js has too. */
export type SymbolicDType = Exclude<DType, 'uint8'>;

/** A tensor during a trace: which node computes it, and what is known of it without computing. */
export interface SymbolicTensor {
  readonly node: number;
  readonly shape: Shape;
  readonly dtype: SymbolicDType;
}

/** One call of a tfjs kernel. */
export interface KernelCall {
  /** The operand with tfjs's name for it. */
  input(name: string): SymbolicTensor;
  /** The operand, where the call has one of that name. */
  optional(name: string): SymbolicTensor | undefined;
  /** All operands in order, for kernels that take a list. */
  readonly inputs: readonly SymbolicTensor[];
  readonly attributes: NamedAttrMap;
  /** Appends a node to the trace. */
  record(operation: Operation, inputs: readonly SymbolicTensor[], shape: Shape, dtype: SymbolicDType): SymbolicTensor;
}

/** Records what a kernel would compute, without computing it. */
export type TraceKernel = (call: KernelCall) => SymbolicTensor | readonly SymbolicTensor[];
export type TraceKernels = Readonly<Record<string, TraceKernel>>;

/** The attributes of a kernel under the type that tfjs documents for it. */
export function attributesOf<T>(call: KernelCall): T {
  return call.attributes as { readonly [name: string]: Attribute } as T;
}
