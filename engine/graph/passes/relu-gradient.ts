import type { StepGraph } from '../graph.ts';
import { rewriteGraph } from '../rewrite.ts';

/**
 * tfjs's gradient of a ReLU asks where its input was positive; the output is positive in the same places. With the
 * output, nothing needs the input any more: its memory is free early, and an executor can fuse the ReLU into the
 * convolution before it.
 */
export function stepOnReluOutput(graph: StepGraph): StepGraph {
  const reluOf = new Map<number, number>();
  return rewriteGraph(graph, (node, { builder }) => {
    const [input = -1] = node.inputs;
    if (node.operation.kind === 'Relu') {
      const index = builder.add(node.operation, node.inputs, node.shape, node.dtype);
      reluOf.set(input, index);
      return index;
    }
    const relu = node.operation.kind === 'Step' ? reluOf.get(input) : undefined;
    return relu === undefined ? undefined : builder.add(node.operation, [relu], node.shape, node.dtype);
  });
}
