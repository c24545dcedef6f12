import { broadcastShape, formatShape, sameShape } from '../../shape.ts';
import type { BinaryKind, UnaryKind } from '../operation.ts';
import { BINARY, COMPARISONS, ON_INTEGERS, UNARY } from '../operation.ts';
import type { InferenceRule, InferenceRules } from './inference.ts';
import { taking } from './inference.ts';

function unary(kind: UnaryKind): InferenceRule<UnaryKind> {
  return taking(1, 1, (_, [{ shape, dtype }]) => {
    if (kind === 'LogicalNot') return dtype === 'bool' ? { shape, dtype } : `negates ${dtype}`;
    if (dtype === 'float32' || (dtype === 'int32' && ON_INTEGERS.has(kind))) return { shape, dtype };
    return `has an operand that is ${dtype}`;
  });
}

function binary(kind: BinaryKind): InferenceRule<BinaryKind> {
  const logical = kind === 'LogicalAnd' || kind === 'LogicalOr';
  return taking(2, 2, (_, [a, b]) => {
    const shape = broadcastShape(a.shape, b.shape);
    if (shape === undefined)
      return `has operands of ${formatShape(a.shape)} and ${formatShape(b.shape)}, which do not broadcast`;
    if (a.dtype !== b.dtype) return `has operands that are ${a.dtype} and ${b.dtype}`;
    if (logical !== (a.dtype === 'bool') && !(a.dtype === 'bool' && COMPARISONS.has(kind)))
      return `has operands that are ${a.dtype}`;
    return { shape, dtype: COMPARISONS.has(kind) ? 'bool' : a.dtype };
  });
}

const select: InferenceRule<'Select'> = taking(3, 3, (_, [condition, t, e]) => {
  if (condition.dtype !== 'bool') return `chooses by ${condition.dtype}`;
  if (t.dtype !== e.dtype) return `chooses from ${t.dtype} and ${e.dtype}`;
  const values = broadcastShape(t.shape, e.shape);
  const shape = values && broadcastShape(condition.shape, values);
  return shape ? { shape, dtype: t.dtype } : 'has operands that do not broadcast';
});

/** The target is the node's own. */
const cast: InferenceRule<'Cast'> = taking(1, 1, (_, [{ shape }], { dtype }) => ({ shape, dtype }));
const identity: InferenceRule<'Identity'> = taking(1, 1, (_, [x]) => x);

const broadcastTo: InferenceRule<'BroadcastTo'> = taking(1, 1, (_, [x], { shape }) => {
  const both = broadcastShape(x.shape, shape);
  return both && sameShape(both, shape)
    ? { shape, dtype: x.dtype }
    : `broadcasts ${formatShape(x.shape)} to ${formatShape(shape)}`;
});

export const elementwiseInference: InferenceRules<
  UnaryKind | BinaryKind | 'Select' | 'Cast' | 'Identity' | 'BroadcastTo'
> = {
  ...(Object.fromEntries(UNARY.map((kind) => [kind, unary(kind)])) as InferenceRules<UnaryKind>),
  ...(Object.fromEntries(BINARY.map((kind) => [kind, binary(kind)])) as InferenceRules<BinaryKind>),
  Select: select,
  Cast: cast,
  Identity: identity,
  BroadcastTo: broadcastTo,
};
