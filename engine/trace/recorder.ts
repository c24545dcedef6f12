import { EngineError } from '../errors.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { createGraphBuilder } from '../graph/builder.ts';
import type { GraphNode } from '../graph/graph.ts';
import { nodeAt } from '../graph/graph.ts';
import { sameNode } from '../graph/same-node.ts';
import { misfit } from '../graph/validate.ts';

/**
 * A graph builder that refuses a node which differs from the one an earlier trace of the same step recorded in its
 * place: such a step draws random numbers or depends on something outside, and would be frozen at its first value.
 * @throws EngineError STEP_UNTRACEABLE for that, STEP_SHAPE for operands of a wrong shape or dtype and for a tensor without elements.
 */
export function createRecorder(name: string, earlier: readonly GraphNode[] | undefined): GraphBuilder {
  const builder = createGraphBuilder(name);
  return {
    ...builder,
    add(operation, inputs, shape, dtype) {
      const operands = inputs.map((input) => nodeAt(builder.nodes, input));
      const problem = misfit({ operation, inputs, shape, dtype }, operands);
      if (problem !== undefined) {
        throw new EngineError('STEP_SHAPE', `Expected operands that fit their operation, got: ${problem}.`);
      }
      const index = builder.add(operation, inputs, shape, dtype);
      const expected = earlier?.[index];
      if (earlier !== undefined && (expected === undefined || !sameNode(builder.nodes[index], expected))) {
        throw new EngineError(
          'STEP_UNTRACEABLE',
          `Expected two traces to be the same, got another ${operation.kind} in the second. ` +
            'Draw random numbers outside the step and pass them as noise; pass changing numbers as scalars.',
        );
      }
      return index;
    },
  };
}
