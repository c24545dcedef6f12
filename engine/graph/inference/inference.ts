import type { Shape } from '../../step.ts';
import type { DType } from '../graph.ts';
import type { OperationKind, OperationOf } from '../operation.ts';

/** What is known of a value without computing it. */
export interface Described {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * What an operation makes of its operands.
 * @param node what the graph says of the node: some operations take their target from it (Reshape, Slice, Cast)
 * @returns the result, or why there is none, as the end of a sentence: `reads a filter of rank 3`
 */
export type InferenceRule<K extends OperationKind> = (
  operation: OperationOf<K>,
  operands: readonly Described[],
  node: Described,
) => Described | string;

export type InferenceRules<K extends OperationKind> = { readonly [Kind in K]: InferenceRule<Kind> };

/** A rule for operations with this many operands, at least and at most. */
export function taking<K extends OperationKind>(
  least: number,
  most: number,
  rule: (
    operation: OperationOf<K>,
    operands: readonly [Described, Described, Described],
    node: Described,
    count: number,
  ) => Described | string,
): InferenceRule<K> {
  return (operation, operands, node) => {
    const { length } = operands;
    if (length < least || length > most) return `has ${length} operands, which must be ${range(least, most)}`;
    return rule(operation, operands as unknown as readonly [Described, Described, Described], node, length);
  };
}

function range(least: number, most: number): string {
  if (least === most) return `${least}`;
  return most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
}

export function axisProblem(axis: number, rank: number): string | undefined {
  const fits = Number.isInteger(axis) && axis >= 0 && axis < rank;
  return fits ? undefined : `names the axis ${axis} of rank ${rank}`;
}
