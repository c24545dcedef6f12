import { sameShape } from '../../shape.ts';
import type { GraphNode, StepGraph } from '../graph.ts';
import { nodeAt } from '../graph.ts';
import type { Operation, OperationOf } from '../operation.ts';
import type { Rewriting } from '../rewrite.ts';
import { rewriteGraph } from '../rewrite.ts';
import { countUses } from '../uses.ts';
import { wholeOf } from './slices.ts';

const CHANNELS = 3;

type Convolution = OperationOf<'Conv2D' | 'Conv2DBackpropInput' | 'Conv2DBackpropFilter'>;

/**
 * Groups, which tfjs can only write as slices of the channels, a convolution of each, and a concatenation, become one
 * convolution in groups; so do its two gradients, which look alike once `joinPaddedSums` has been there.
 */
export function groupConvolutions(graph: StepGraph): StepGraph {
  const uses = countUses(graph);
  return rewriteGraph(graph, (node, rewriting, index) => {
    const { operation, inputs } = node;
    if (operation.kind !== 'Concat' || operation.axis !== CHANNELS || inputs.length < 2) return undefined;
    // What somebody else reads as well would be computed twice.
    if (nodeAt(graph.nodes, index).inputs.some((part) => uses[part] !== 1)) return undefined;
    return grouped(node, inputs.map(rewriting.node), rewriting);
  });
}

function grouped(node: GraphNode, parts: readonly GraphNode[], rewriting: Rewriting): number | undefined {
  const [first] = parts as [GraphNode];
  const { operation } = first;
  if (!isConvolution(operation) || operation.groups !== 1) return undefined;
  if (!parts.every((part) => part.inputs.length === 2 && sameConvolution(part, first))) return undefined;
  const operands = [0, 1].map((position) => parts.map((part) => rewriting.node(part.inputs[position] ?? -1)));
  const [left, right] = operands as [GraphNode[], GraphNode[]];
  if (
    ![...left, ...right].every((one, index, all) =>
      sameShape(one.shape, all[index < parts.length ? 0 : parts.length]?.shape ?? []),
    )
  )
    return undefined;
  const whole = wholeOf(left, CHANNELS, rewriting);
  if (whole === undefined) return undefined;
  const other =
    operation.kind === 'Conv2DBackpropFilter'
      ? wholeOf(right, CHANNELS, rewriting)
      : joined(
          parts.map((part) => part.inputs[1] ?? -1),
          right,
          rewriting,
        );
  if (other === undefined) return undefined;
  const together = { ...operation, groups: parts.length };
  return rewriting.builder.add(together, [whole, other], node.shape, node.dtype);
}

/** Filters side by side; where they are the parts of one filter, `mendSlices` finds it again. */
function joined(indices: readonly number[], filters: readonly GraphNode[], { builder }: Rewriting): number {
  const [height = 1, width = 1, channels = 1, count = 1] = filters[0]?.shape ?? [];
  const shape = [height, width, channels, count * filters.length];
  return builder.add({ kind: 'Concat', axis: CHANNELS }, indices, shape, 'float32');
}

function isConvolution(operation: Operation): operation is Convolution {
  return ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'].includes(operation.kind);
}

function sameConvolution(a: GraphNode, b: GraphNode): boolean {
  return JSON.stringify(a.operation) === JSON.stringify(b.operation) && sameShape(a.shape, b.shape);
}
