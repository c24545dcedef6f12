import { createGraphBuilder } from '../builder.ts';
import type { StepGraph } from '../graph.ts';
import { nodeAt, outputIndices } from '../graph.ts';
import { renumberOutputs } from '../rewrite.ts';

/** Removes nodes on which no result depends, unused inputs of the step included. */
export function eliminateDeadCode(graph: StepGraph): StepGraph {
  const alive = new Set(outputIndices(graph.outputs));
  for (let index = graph.nodes.length - 1; index >= 0; index--) {
    if (alive.has(index)) for (const input of nodeAt(graph.nodes, index).inputs) alive.add(input);
  }
  const builder = createGraphBuilder(graph.name);
  const renumbered = new Map<number, number>();
  const renumber = (index: number): number => renumbered.get(index) as number;
  graph.nodes.forEach(({ operation, inputs, shape, dtype }, index) => {
    if (alive.has(index)) renumbered.set(index, builder.add(operation, inputs.map(renumber), shape, dtype));
  });
  return builder.build(renumberOutputs(graph.outputs, renumber));
}
