import type { StepGraph } from './graph.ts';
import { outputIndices } from './graph.ts';

/** How often each node is read, by other nodes and as a result of the step. */
export function countUses({ nodes, outputs }: StepGraph): readonly number[] {
  const uses = nodes.map(() => 0);
  const use = (index: number): void => {
    uses[index] = (uses[index] ?? 0) + 1;
  };
  for (const node of nodes) node.inputs.forEach(use);
  outputIndices(outputs).forEach(use);
  return uses;
}
