import type { StepGraph } from '../graph.ts';
import { rewriteGraph } from '../rewrite.ts';
import { nodeKey, sameNode } from '../same-node.ts';

/** Keeps one of several nodes that compute the same value. */
export function mergeCommonSubexpressions(graph: StepGraph): StepGraph {
  const seen = new Map<string, number[]>();
  return rewriteGraph(graph, (node, { builder, node: at }) => {
    const key = nodeKey(node);
    const candidates = seen.get(key) ?? [];
    const twin = candidates.find((candidate) => sameNode(at(candidate), node));
    if (twin !== undefined) return twin;
    const index = builder.add(node.operation, node.inputs, node.shape, node.dtype);
    seen.set(key, [...candidates, index]);
    return index;
  });
}
