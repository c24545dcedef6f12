import type { StepGraph } from '../../graph/graph.ts';
import { outputIndices } from '../../graph/graph.ts';

/** Who reads each node: indices of nodes in order, and how often the node is a result of the step. */
export interface Uses {
  readersOf(node: number): readonly number[];
  isResult(node: number): boolean;
  /** One reader and no result: the value can be absorbed into its reader. */
  onlyReader(node: number): number | undefined;
}

export function findUses({ nodes, outputs }: StepGraph): Uses {
  const readers = nodes.map((): number[] => []);
  nodes.forEach(({ inputs }, index) => {
    for (const input of inputs) readers[input]?.push(index);
  });
  const results = new Set(outputIndices(outputs));
  const readersOf = (node: number): readonly number[] => readers[node] ?? [];
  return {
    readersOf,
    isResult: (node) => results.has(node),
    onlyReader: (node) => (readersOf(node).length === 1 && !results.has(node) ? readersOf(node)[0] : undefined),
  };
}
