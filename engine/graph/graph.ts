import type { Shape } from '../step.ts';
import type { Operation } from './operation.ts';

/** `uint8` is the dtype of inputs alone: what a step computes with begins at the cast behind one. */
export type DType = 'float32' | 'int32' | 'bool' | 'uint8';

/** One value of a step. `inputs` are indices of earlier nodes, so a node's own index is always larger than theirs. */
export interface GraphNode {
  readonly operation: Operation;
  readonly inputs: readonly number[];
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * A traced step: nodes in execution order, and which of them are the step's results (by index).
 * Layouts are TensorFlow.js's: images NHWC, filters HWIO. An executor may keep another layout inside.
 */
export interface StepGraph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly outputs: GraphOutputs;
}

export interface GraphOutputs {
  /** Replacements of state entries, by the entry's name. */
  readonly state: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** The node at an index that is known to exist; a wrong index is a defect of the engine. */
export function nodeAt(nodes: readonly GraphNode[], index: number): GraphNode {
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`Expected a node index below ${nodes.length}, got ${index}.`);
  return node;
}

/** Indices of every node that is a result. */
export function outputIndices(outputs: GraphOutputs): readonly number[] {
  return [...Object.values(outputs.state), ...Object.values(outputs.metrics)];
}
