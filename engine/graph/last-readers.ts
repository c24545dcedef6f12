import type { StepGraph } from './graph.ts';
import { outputIndices } from './graph.ts';
import type { OperationKind } from './operation.ts';

/** Their result is their operand's memory under another shape. */
export const ALIASES: ReadonlySet<OperationKind> = new Set(['Reshape', 'Identity']);

/**
 * For each node the last one that reads its memory, by itself or under another shape; the number of nodes where a result
 * of the step lies in it, and the node itself where nobody reads it.
 */
export function findLastReaders({ nodes, outputs }: StepGraph): readonly number[] {
  const last = nodes.map((_, index) => index);
  const extend = (index: number, reader: number): void => {
    last[index] = Math.max(last[index] ?? index, reader);
  };
  for (const result of outputIndices(outputs)) extend(result, nodes.length);
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index];
    const reader = node !== undefined && ALIASES.has(node.operation.kind) ? (last[index] ?? index) : index;
    for (const input of node?.inputs ?? []) extend(input, reader);
  }
  return last;
}
