import { sameShape } from '../../shape.ts';
import type { GraphNode, StepGraph } from '../graph.ts';
import type { OperationKind } from '../operation.ts';
import type { Rewriting } from '../rewrite.ts';
import { rewriteGraph } from '../rewrite.ts';

/** Operations that IEEE 754 rounds correctly, so that folding gives the very bits an executor would. */
const ARITHMETIC: Partial<Record<OperationKind, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Maximum: Math.max,
  Minimum: Math.min,
  Neg: (a) => -a,
  Square: (a) => a * a,
  Sqrt: Math.sqrt,
};

/** Operations on a constant of one value that give a constant of the same value. */
const REARRANGING: ReadonlySet<OperationKind> = new Set(['Reshape', 'BroadcastTo', 'Transpose', 'Slice', 'Tile']);

/** The operand that leaves the other one unchanged: [as the left operand, as the right operand]. */
const NEUTRAL: Partial<Record<OperationKind, readonly [number | undefined, number]>> = {
  Add: [0, 0],
  Sub: [undefined, 0],
  Multiply: [1, 1],
  RealDiv: [undefined, 1],
};

/**
 * Computes float32 arithmetic on constants of one value, and drops multiplications by 1 and additions of 0, which
 * tfjs's gradients of sums and means write with a tensor of ones as large as the activations.
 */
export function foldConstants(graph: StepGraph): StepGraph {
  return rewriteGraph(graph, (node, rewriting) => {
    const values = node.inputs.map((input) => fillValue(rewriting.node(input)));
    return foldArithmetic(node, values, rewriting) ?? dropNeutral(node, values, rewriting);
  });
}

function fillValue({ operation }: GraphNode): number | undefined {
  return operation.kind === 'Fill' ? operation.value : undefined;
}

function foldArithmetic(
  node: GraphNode,
  values: readonly (number | undefined)[],
  { builder, node: at }: Rewriting,
): number | undefined {
  const [a, b = 0] = values;
  if (a === undefined || values.includes(undefined)) return undefined;
  const { kind } = node.operation;
  const compute = ARITHMETIC[kind];
  const floats = node.inputs.every((input) => at(input).dtype === 'float32');
  const value = REARRANGING.has(kind) ? a : compute && floats ? Math.fround(compute(a, b)) : undefined;
  return value === undefined ? undefined : builder.add({ kind: 'Fill', value }, [], node.shape, node.dtype);
}

function dropNeutral(
  node: GraphNode,
  values: readonly (number | undefined)[],
  { builder, node: at }: Rewriting,
): number | undefined {
  const neutral = NEUTRAL[node.operation.kind];
  if (neutral === undefined) return undefined;
  const position = values.findIndex((value, index) => value !== undefined && value === neutral[index]);
  const other = node.inputs[1 - position];
  if (position < 0 || other === undefined || at(other).dtype !== node.dtype) return undefined;
  if (sameShape(at(other).shape, node.shape)) return other;
  return builder.add({ kind: 'BroadcastTo' }, [other], node.shape, node.dtype);
}
