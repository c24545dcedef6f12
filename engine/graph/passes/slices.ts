import { sameShape } from '../../shape.ts';
import type { GraphNode, StepGraph } from '../graph.ts';
import type { Rewriting } from '../rewrite.ts';
import { rewriteGraph } from '../rewrite.ts';

/** A whole that was cut along one axis: the source of a slice, and where the slice lies. */
export interface Cut {
  readonly source: number;
  readonly axis: number;
  readonly from: number;
  readonly size: number;
}

/** The slice as a cut along `axis`, or `undefined` where it is none or cuts another axis too. */
export function cutAlong(node: GraphNode, axis: number, { node: at }: Rewriting): Cut | undefined {
  const { operation, inputs, shape } = node;
  if (operation.kind !== 'Slice') return undefined;
  const [source = -1] = inputs;
  const whole = at(source).shape;
  const others = shape.every((size, other) => other === axis || size === whole[other]);
  return others ? { source, axis, from: operation.begin[axis] ?? 0, size: shape[axis] ?? 0 } : undefined;
}

/**
 * The whole that some nodes are consecutive cuts of, with nothing left over.
 * @returns its index, or `undefined`.
 */
export function wholeOf(parts: readonly GraphNode[], axis: number, rewriting: Rewriting): number | undefined {
  let end = 0;
  let source: number | undefined;
  for (const part of parts) {
    const cut = cutAlong(part, axis, rewriting);
    if (cut === undefined || cut.from !== end || (source !== undefined && source !== cut.source)) return undefined;
    source = cut.source;
    end += cut.size;
  }
  return source !== undefined && rewriting.node(source).shape[axis] === end ? source : undefined;
}

/** Removes a concatenation of all parts of one value, and a slice that is one part of a concatenation. */
export function mendSlices(graph: StepGraph): StepGraph {
  return rewriteGraph(graph, (node, rewriting) => {
    const { operation, inputs } = node;
    if (operation.kind === 'Concat') return wholeOf(inputs.map(rewriting.node), operation.axis, rewriting);
    if (operation.kind === 'Slice') return partOf(node, rewriting);
    return undefined;
  });
}

function partOf(node: GraphNode, rewriting: Rewriting): number | undefined {
  const joined = rewriting.node(node.inputs[0] ?? -1);
  if (joined.operation.kind !== 'Concat') return undefined;
  const { axis } = joined.operation;
  const cut = cutAlong(node, axis, rewriting);
  if (cut === undefined) return undefined;
  let from = 0;
  for (const part of joined.inputs) {
    const { shape } = rewriting.node(part);
    if (from === cut.from && sameShape(shape, node.shape)) return part;
    from += shape[axis] ?? 0;
  }
  return undefined;
}
