import { formatShape, sameShape } from '../shape.ts';
import type { GraphNode, StepGraph } from './graph.ts';
import { nodeAt, outputIndices } from './graph.ts';
import { infer } from './inference/infer.ts';
import type { Described } from './inference/inference.ts';

/**
 * Checks what every pass and every executor relies on: inputs come earlier, sizes are positive integers, shape and dtype
 * of every node are what its operation makes of its operands, input names are unique within a role, a new state is like
 * the old one. A violation is a defect of the engine.
 * @throws Error naming the graph and the node.
 */
export function validateGraph(graph: StepGraph): void {
  const names = new Set<string>();
  graph.nodes.forEach((node, index) => {
    const problem = nodeProblem(graph, node, index) ?? duplicateInput(node, names);
    if (problem !== undefined) throw malformed(graph, `node %${index}: ${problem}`);
  });
  for (const index of outputIndices(graph.outputs)) nodeAt(graph.nodes, index);
  for (const { operation, ...held } of graph.nodes) {
    if (operation.kind !== 'Input' || operation.role !== 'state') continue;
    const index = graph.outputs.state[operation.name];
    const next = index === undefined ? undefined : nodeAt(graph.nodes, index);
    if (next !== undefined && !alike(next, held)) {
      throw malformed(graph, `a new state ${operation.name} of ${print(next)}, which must be ${print(held)}`);
    }
  }
}

function nodeProblem(graph: StepGraph, node: GraphNode, index: number): string | undefined {
  const { kind } = node.operation;
  if (node.inputs.some((input) => !Number.isInteger(input) || input < 0 || input >= index)) {
    return `${kind} reads ${node.inputs.map((input) => `%${input}`).join(' ')}, which must come earlier`;
  }
  return misfit(
    node,
    node.inputs.map((input) => nodeAt(graph.nodes, input)),
  );
}

/** How a node differs from what its operation makes of its operands, or `undefined`. */
export function misfit(node: GraphNode, operands: readonly Described[]): string | undefined {
  const { kind } = node.operation;
  if (node.shape.some((size) => !Number.isInteger(size) || size < 1)) {
    return `${kind} has the shape ${formatShape(node.shape)}, whose sizes must be positive integers`;
  }
  if (kind !== 'Cast' && operands.some(({ dtype }) => dtype === 'uint8'))
    return `${kind} reads uint8, which only Cast does`;
  if (kind !== 'Input' && node.dtype === 'uint8') return `${kind} makes uint8, which only an input is`;
  const inferred = infer(node, operands);
  if (typeof inferred === 'string') return `${kind} ${inferred}`;
  return alike(inferred, node) ? undefined : `${kind} is ${print(node)}, which must be ${print(inferred)}`;
}

function alike(a: Described, b: Described): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

function print({ shape, dtype }: Described): string {
  return `${dtype}${formatShape(shape)}`;
}

function malformed(graph: StepGraph, problem: string): Error {
  return new Error(`Expected step graph '${graph.name}' to be well formed, got ${problem}.`);
}

function duplicateInput(node: GraphNode, names: Set<string>): string | undefined {
  if (node.operation.kind !== 'Input') return undefined;
  const name = `${node.operation.role}/${node.operation.name}`;
  if (names.has(name)) return `the input ${name} is declared twice`;
  names.add(name);
  return undefined;
}
