import { sameShape } from '../../shape.ts';
import type { StepGraph } from '../graph.ts';
import { BINARY } from '../operation.ts';
import type { Rewriting } from '../rewrite.ts';
import { rewriteGraph } from '../rewrite.ts';

const BROADCASTING: ReadonlySet<string> = new Set(BINARY);

/** Leaves broadcasting to the element-wise operation that follows, where its other operand has the full shape. */
export function leaveBroadcasting(graph: StepGraph): StepGraph {
  return rewriteGraph(graph, (node, rewriting) => {
    const [a, b] = node.inputs;
    if (!BROADCASTING.has(node.operation.kind) || a === undefined || b === undefined) return undefined;
    const full = (index: number): boolean => sameShape(rewriting.node(index).shape, node.shape);
    const left = full(b) ? smaller(a, rewriting) : a;
    // At least one operand must keep the full shape.
    const right = full(left) ? smaller(b, rewriting) : b;
    return rewriting.builder.add(node.operation, [left, right], node.shape, node.dtype);
  });
}

/** The operand before it was broadcast. */
function smaller(index: number, { builder, node }: Rewriting): number {
  const { operation, inputs, shape, dtype } = node(index);
  if (operation.kind === 'BroadcastTo') return inputs[0] ?? index;
  return operation.kind === 'Fill' && shape.length > 0 ? builder.add(operation, [], [], dtype) : index;
}
