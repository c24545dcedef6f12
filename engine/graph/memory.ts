import { elementCount } from '../shape.ts';
import type { DType, GraphNode, StepGraph } from './graph.ts';
import { stateInPlace } from './in-place.ts';
import { ALIASES, findLastReaders } from './last-readers.ts';

/** Bytes. What a library needs besides (columns of a convolution, its own pools) is not in the graph. */
export interface MemoryEstimate {
  /** Weights and optimiser slots: there before, during and after the step. */
  readonly state: number;
  /** Batch, noise and scalars. */
  readonly inputs: number;
  /** The most that activations, gradients, constants and new state need at one time. */
  readonly activations: number;
  /** All of it at that time. */
  readonly peak: number;
  /** The node at which the peak is reached; -1 in a step that computes nothing. */
  readonly peakNode: number;
}

const BYTES: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1 };

/**
 * Memory of a step whose nodes run in order, each in a buffer of its own that is free after its last reader. A function
 * of the graph alone: simplify it first.
 */
export function estimateMemory(graph: StepGraph): MemoryEstimate {
  const { nodes } = graph;
  const last = findLastReaders(graph);
  const written = overwrittenState(graph);
  const freed = nodes.map(() => 0);
  let [state, inputs, live, activations, peakNode] = [0, 0, 0, 0, -1];
  nodes.forEach((node, index) => {
    const bytes = bytesOf(node);
    const { operation } = node;
    if (operation.kind === 'Input') {
      if (operation.role === 'state') state += bytes;
      else inputs += bytes;
      return;
    }
    if (!ALIASES.has(operation.kind) && !written.has(index)) {
      live += bytes;
      const end = last[index] ?? index;
      if (end < nodes.length) freed[end] = (freed[end] ?? 0) + bytes;
    }
    if (live > activations) [activations, peakNode] = [live, index];
    live -= freed[index] ?? 0;
  });
  return { state, inputs, activations, peak: state + inputs + activations, peakNode };
}

function bytesOf({ shape, dtype }: GraphNode): number {
  return elementCount(shape) * BYTES[dtype];
}

/** Nodes that need no memory of their own. */
function overwrittenState(graph: StepGraph): ReadonlySet<number> {
  const names = stateInPlace(graph);
  return new Set(Object.entries(graph.outputs.state).flatMap(([name, index]) => (names.has(name) ? [index] : [])));
}
