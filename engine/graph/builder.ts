import type { Shape } from '../step.ts';
import type { DType, GraphNode, GraphOutputs, StepGraph } from './graph.ts';
import type { Operation } from './operation.ts';

/** Appends nodes in execution order. */
export interface GraphBuilder {
  readonly nodes: readonly GraphNode[];
  /** @returns the new node's index. */
  add(operation: Operation, inputs: readonly number[], shape: Shape, dtype: DType): number;
  build(outputs: GraphOutputs): StepGraph;
}

export function createGraphBuilder(name: string): GraphBuilder {
  const nodes: GraphNode[] = [];
  return {
    nodes,
    add: (operation, inputs, shape, dtype) => nodes.push({ operation, inputs, shape, dtype }) - 1,
    build: (outputs) => ({ name, nodes, outputs }),
  };
}
