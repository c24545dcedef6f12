import type { GraphBuilder } from './builder.ts';
import { createGraphBuilder } from './builder.ts';
import type { GraphNode, GraphOutputs, StepGraph } from './graph.ts';
import { nodeAt } from './graph.ts';

/** Where a rewrite looks and writes. Indices are those of the new graph. */
export interface Rewriting {
  readonly builder: GraphBuilder;
  /** The node of the new graph with this index. */
  node(index: number): GraphNode;
}

/**
 * Decides what becomes of one node, whose inputs have been renumbered for the new graph.
 * @returns the index in the new graph of the value that takes the node's place, or `undefined` to keep the node.
 */
export type RewriteRule = (node: GraphNode, rewriting: Rewriting, index: number) => number | undefined;

/** Rebuilds a graph node by node. Nodes that nothing uses any more stay; `eliminateDeadCode` removes them. */
export function rewriteGraph(graph: StepGraph, rule: RewriteRule): StepGraph {
  const builder = createGraphBuilder(graph.name);
  const rewriting: Rewriting = { builder, node: (index) => nodeAt(builder.nodes, index) };
  const replacement: number[] = [];
  graph.nodes.forEach((old, index) => {
    const node = { ...old, inputs: old.inputs.map((input) => replacement[input] as number) };
    replacement.push(rule(node, rewriting, index) ?? builder.add(node.operation, node.inputs, node.shape, node.dtype));
  });
  return builder.build(renumberOutputs(graph.outputs, (index) => replacement[index] as number));
}

export function renumberOutputs(outputs: GraphOutputs, renumber: (index: number) => number): GraphOutputs {
  const all = (indices: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(indices).map(([name, index]) => [name, renumber(index)]));
  return { state: all(outputs.state), metrics: all(outputs.metrics) };
}
