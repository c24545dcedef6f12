import type { GraphNode, StepGraph } from '../../graph/graph.ts';
import { nodeAt } from '../../graph/graph.ts';
import { sameShape } from '../../shape.ts';
import type { Uses } from './uses.ts';
import { sharing } from './views.ts';

/** w' = w + v', v' = keep · v − rate · (gradient + decay · w). Fields are node indices. */
export interface MomentumUpdate {
  readonly weight: number;
  readonly velocity: number;
  readonly gradient: number;
  readonly keep: number;
  readonly rate: number;
  /** -1 without weight decay. */
  readonly decay: number;
  readonly newVelocity: number;
  /** Nodes that the update computes besides the new weight and velocity. */
  readonly absorbed: readonly number[];
  /** Nobody reads the old weight and velocity later: their memory becomes the new ones'. */
  readonly inPlace: boolean;
}

/** @returns updates by the index of the new weight, at which they are computed. */
export function findMomentumUpdates(graph: StepGraph, uses: Uses): ReadonlyMap<number, MomentumUpdate> {
  const updates = new Map<number, MomentumUpdate>();
  for (const index of Object.values(graph.outputs.state)) {
    const update = matchUpdate(graph, uses, index);
    if (update !== undefined) updates.set(index, update);
  }
  return updates;
}

function matchUpdate(graph: StepGraph, uses: Uses, index: number): MomentumUpdate | undefined {
  const at = (node: number): GraphNode => nodeAt(graph.nodes, node);
  const isState = (node: number): boolean => {
    const { operation } = at(node);
    return operation.kind === 'Input' && operation.role === 'state';
  };
  /** Scalar and tensor of a product, in either order. */
  const scaled = (node: number): readonly [number, number] | undefined => {
    const { operation, inputs } = at(node);
    const [a = -1, b = -1] = inputs;
    if (operation.kind !== 'Multiply') return undefined;
    if (at(a).shape.length === 0) return [a, b];
    return at(b).shape.length === 0 ? [b, a] : undefined;
  };
  const internal = (node: number): boolean => uses.onlyReader(node) !== undefined;

  const sum = at(index);
  if (sum.operation.kind !== 'Add' || sum.dtype !== 'float32') return undefined;
  const [a = -1, b = -1] = sum.inputs;
  const [weight, newVelocity] = isState(a) ? [a, b] : [b, a];
  const difference = at(newVelocity);
  if (!isState(weight) || difference.operation.kind !== 'Sub' || uses.readersOf(newVelocity).length !== 1) {
    return undefined;
  }
  const [kept = -1, moved = -1] = difference.inputs;
  const [keep, velocity] = scaled(kept) ?? [-1, -1];
  const [rate, slope] = scaled(moved) ?? [-1, -1];
  if (keep < 0 || rate < 0 || !isState(velocity) || !internal(kept) || !internal(moved)) return undefined;
  const decayed = decayOf(slope);
  const gradient = decayed?.gradient ?? slope;
  if ([velocity, gradient, newVelocity].some((node) => !sameShape(at(node).shape, at(weight).shape))) return undefined;
  const absorbed = [kept, moved, ...(decayed === undefined ? [] : [slope, decayed.product])];
  const own = new Set([index, ...absorbed]);
  const readers = graph.nodes.map(({ operation, inputs }, node) => ({ kind: operation.kind, inputs, outputs: [node] }));
  const free = (node: number): boolean =>
    [...sharing([node], readers)].every(
      (shared) => !uses.isResult(shared) && uses.readersOf(shared).every((reader) => own.has(reader) || reader < index),
    );
  const inPlace = free(weight) && free(velocity);
  return { weight, velocity, gradient, keep, rate, decay: decayed?.decay ?? -1, newVelocity, absorbed, inPlace };

  function decayOf(node: number): { gradient: number; decay: number; product: number } | undefined {
    const { operation, inputs } = at(node);
    if (operation.kind !== 'Add' || !internal(node)) return undefined;
    for (const [product = -1, other = -1] of [inputs, [...inputs].reverse()]) {
      const [decay, tensor] = scaled(product) ?? [-1, -1];
      if (tensor === weight && internal(product)) return { gradient: other, decay, product };
    }
    return undefined;
  }
}
