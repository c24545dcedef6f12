import { sameShape } from '../shape.ts';
import type { GraphNode, StepGraph } from './graph.ts';
import { nodeAt } from './graph.ts';
import { findLastReaders } from './last-readers.ts';
import { BINARY, UNARY } from './operation.ts';

/** Of these, element k of the result needs element k of the operands alone. */
const ELEMENTWISE: ReadonlySet<string> = new Set([...UNARY, ...BINARY, 'Select']);

/**
 * Which new state entries may be written over the old ones: nobody reads the old value after the new one is computed,
 * and computing an element of the new one does not need another element of the old one.
 * @returns names of state entries
 */
export function stateInPlace(graph: StepGraph): ReadonlySet<string> {
  const { nodes, outputs } = graph;
  const last = findLastReaders(graph);
  const results = [...Object.values(outputs.state), ...Object.values(outputs.metrics)];
  const names = new Set<string>();
  nodes.forEach(({ operation }, old) => {
    if (operation.kind !== 'Input' || operation.role !== 'state') return;
    const next = outputs.state[operation.name];
    // A value with two names needs memory of its own, and so does an old value that is a result too.
    if (next === undefined || results.filter((index) => index === next).length > 1 || results.includes(old)) return;
    const lastReader = last[old] ?? -1;
    const reads = nodeAt(nodes, next).inputs.includes(old);
    if (lastReader < next || (lastReader === next && reads && isAligned(nodes, next, old))) names.add(operation.name);
  });
  return names;
}

function isAligned(nodes: readonly GraphNode[], next: number, old: number): boolean {
  const { operation, shape } = nodeAt(nodes, next);
  return ELEMENTWISE.has(operation.kind) && sameShape(shape, nodeAt(nodes, old).shape);
}
