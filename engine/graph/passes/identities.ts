import { sameShape } from '../../shape.ts';
import type { GraphNode, StepGraph } from '../graph.ts';
import type { Rewriting } from '../rewrite.ts';
import { rewriteGraph } from '../rewrite.ts';

/**
 * Removes nodes that hand on their operand unchanged, the first of two reshapes in a row, and the int32 between bytes and
 * what they are cast to.
 */
export function removeIdentities(graph: StepGraph): StepGraph {
  return rewriteGraph(graph, (node, rewriting) => {
    const [input] = node.inputs;
    if (input === undefined) return undefined;
    const source = rewriting.node(input);
    if (handsOn(node, source)) return input;
    if (node.operation.kind === 'Reshape' && source.operation.kind === 'Reshape')
      return reshapeOnce(node, source, rewriting);
    if (node.operation.kind === 'Cast' && source.operation.kind === 'Cast' && node.dtype === 'float32')
      return castOnce(node, source, rewriting);
    return undefined;
  });
}

function handsOn(node: GraphNode, source: GraphNode): boolean {
  const { operation } = node;
  if (node.dtype !== source.dtype || !sameShape(node.shape, source.shape)) return false;
  switch (operation.kind) {
    case 'Identity':
    case 'Cast':
    case 'Reshape':
    case 'BroadcastTo':
    case 'Slice':
    case 'Pad':
    case 'Tile':
      return true;
    case 'Concat':
      return node.inputs.length === 1;
    case 'Transpose':
      return operation.permutation.every((axis, position) => axis === position);
    case 'Sum':
    case 'Mean':
    case 'Max':
    case 'Min':
    case 'Prod':
      // Over axes of size 1 with the axes kept, or over none.
      return true;
    default:
      return false;
  }
}

function castOnce(node: GraphNode, source: GraphNode, { builder, node: at }: Rewriting): number | undefined {
  const [origin = -1] = source.inputs;
  // Every byte is exact in both; other pairs of casts may round or cut off.
  return at(origin).dtype === 'uint8' ? builder.add({ kind: 'Cast' }, [origin], node.shape, node.dtype) : undefined;
}

function reshapeOnce(node: GraphNode, source: GraphNode, { builder, node: at }: Rewriting): number {
  const [origin = -1] = source.inputs;
  return sameShape(at(origin).shape, node.shape)
    ? origin
    : builder.add(node.operation, [origin], node.shape, node.dtype);
}
