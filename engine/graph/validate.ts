import { elementCount, formatShape } from '../shape.ts';
import type { GraphNode, StepGraph } from './graph.ts';
import { nodeAt, outputIndices } from './graph.ts';

/**
 * Checks what every pass and every executor relies on: inputs come earlier, sizes are positive integers, data has the
 * size its shape says, input names are unique within a role. A violation is a defect of the engine.
 * @throws Error naming the graph and the node.
 */
export function validateGraph(graph: StepGraph): void {
  const names = new Set<string>();
  graph.nodes.forEach((node, index) => {
    const problem = nodeProblem(graph, node, index) ?? duplicateInput(node, names);
    if (problem !== undefined) {
      throw new Error(`Expected step graph '${graph.name}' to be well formed, got node %${index}: ${problem}.`);
    }
  });
  for (const index of outputIndices(graph.outputs)) nodeAt(graph.nodes, index);
}

function nodeProblem(graph: StepGraph, node: GraphNode, index: number): string | undefined {
  if (node.inputs.some((input) => !Number.isInteger(input) || input < 0 || input >= index)) {
    return `${node.operation.kind} reads ${node.inputs.map((input) => `%${input}`).join(' ')}, which must come earlier`;
  }
  if (node.shape.some((size) => !Number.isInteger(size) || size < 1)) {
    return `${node.operation.kind} has the shape ${formatShape(node.shape)}, whose sizes must be positive integers`;
  }
  const count = elementCount(node.shape);
  if (node.operation.kind === 'Constant' && node.operation.values.length !== count) {
    return `a constant of shape ${formatShape(node.shape)} has ${node.operation.values.length} elements`;
  }
  if (node.operation.kind === 'Reshape' && count !== elementCount(nodeAt(graph.nodes, node.inputs[0] ?? -1).shape)) {
    return `a reshape to ${formatShape(node.shape)} changes the number of elements`;
  }
  return undefined;
}

function duplicateInput(node: GraphNode, names: Set<string>): string | undefined {
  if (node.operation.kind !== 'Input') return undefined;
  const name = `${node.operation.role}/${node.operation.name}`;
  if (names.has(name)) return `the input ${name} is declared twice`;
  names.add(name);
  return undefined;
}
