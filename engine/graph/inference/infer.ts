import type { GraphNode } from '../graph.ts';
import type { Operation, OperationKind } from '../operation.ts';
import { elementwiseInference } from './elementwise.ts';
import type { Described, InferenceRule, InferenceRules } from './inference.ts';
import { reductionInference } from './reductions.ts';
import { structureInference } from './structure.ts';
import { windowInference } from './windows.ts';

/** One rule for every operation: the compiler asks for a missing one. */
const RULES: InferenceRules<OperationKind> = {
  ...elementwiseInference,
  ...structureInference,
  ...reductionInference,
  ...windowInference,
};

/** What a node's operation makes of its operands, or why it cannot. */
export function infer({ operation, shape, dtype }: GraphNode, operands: readonly Described[]): Described | string {
  // A rule takes the operation of its own kind, which the table's type guarantees and TypeScript cannot follow.
  const rule = RULES[operation.kind] as InferenceRule<Operation['kind']>;
  return rule(operation as never, operands, { shape, dtype });
}
