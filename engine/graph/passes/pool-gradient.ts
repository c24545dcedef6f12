import type { StepGraph } from '../graph.ts';
import { rewriteGraph } from '../rewrite.ts';

/**
 * Masks a gradient before it is spread over a pool's windows, not after: `MaxPoolGrad(dy) * Step(x)` becomes
 * `MaxPoolGrad(dy * Step(y))`. The pool hands dy to places where x equals its maximum y, so both masks agree there, and
 * the pooled map is smaller by the window.
 */
export function maskBeforeUnpooling(graph: StepGraph): StepGraph {
  return rewriteGraph(graph, (node, { builder, node: at }) => {
    if (node.operation.kind !== 'Multiply') return undefined;
    const [left = -1, right = -1] = node.inputs;
    const [unpooled, mask] = at(left).operation.kind === 'MaxPoolGrad' ? [at(left), at(right)] : [at(right), at(left)];
    const [dy = -1, x = -1, y = -1] = unpooled.inputs;
    if (unpooled.operation.kind !== 'MaxPoolGrad' || mask.operation.kind !== 'Step' || mask.inputs[0] !== x)
      return undefined;
    const pooled = at(y);
    const step = builder.add(mask.operation, [y], pooled.shape, pooled.dtype);
    const masked = builder.add(node.operation, [dy, step], pooled.shape, pooled.dtype);
    return builder.add(unpooled.operation, [masked, x, y], node.shape, node.dtype);
  });
}
