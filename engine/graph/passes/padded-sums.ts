import type { GraphNode, StepGraph } from '../graph.ts';
import type { Rewriting } from '../rewrite.ts';
import { rewriteGraph } from '../rewrite.ts';

/** More parts than any network joins; a bound on what one sum is searched for. */
const MOST_PARTS = 4096;

/** A value between zeros along one axis. */
interface Part {
  readonly source: number;
  readonly axis: number;
  readonly from: number;
  readonly to: number;
}

/**
 * A sum of values each padded with zeros to a place of its own is their concatenation: the gradient of a tensor that was
 * split, which tfjs writes with one full-sized tensor for each part.
 */
export function joinPaddedSums(graph: StepGraph): StepGraph {
  return rewriteGraph(graph, (node, rewriting) => {
    if (node.operation.kind !== 'Add') return undefined;
    const parts: Part[] = [];
    if (!collect(node, node, rewriting, parts)) return undefined;
    parts.sort((a, b) => a.from - b.from);
    const axis = parts[0]?.axis ?? 0;
    const touching = parts.every((part, index) => part.axis === axis && part.from === (parts[index - 1]?.to ?? 0));
    if (!touching || parts.at(-1)?.to !== node.shape[axis]) return undefined;
    const sources = parts.map(({ source }) => source);
    return rewriting.builder.add({ kind: 'Concat', axis }, sources, node.shape, node.dtype);
  });
}

/** @returns whether all terms of the sum are padded parts. */
function collect(sum: GraphNode, node: GraphNode, rewriting: Rewriting, parts: Part[]): boolean {
  if (parts.length > MOST_PARTS || node.shape.length !== sum.shape.length) return false;
  if (node.operation.kind === 'Add') {
    return node.inputs.every((input) => collect(sum, rewriting.node(input), rewriting, parts));
  }
  const { operation, inputs } = node;
  if (operation.kind !== 'Pad' || operation.value !== 0) return false;
  const { before, after } = operation;
  const padded = before.flatMap((count, axis) => (count + (after[axis] ?? 0) > 0 ? [axis] : []));
  const [axis] = padded;
  if (axis === undefined || padded.length > 1) return false;
  const from = before[axis] ?? 0;
  parts.push({ source: inputs[0] ?? -1, axis, from, to: (node.shape[axis] ?? 0) - (after[axis] ?? 0) });
  return true;
}
