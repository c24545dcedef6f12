import { broadcastShape, formatShape, sameShape } from '../../shape.ts';
import type { ReductionKind } from '../operation.ts';
import { REDUCTION } from '../operation.ts';
import type { InferenceRule, InferenceRules } from './inference.ts';
import { axisProblem, taking } from './inference.ts';

const reduction: InferenceRule<ReductionKind> = taking(1, 1, ({ kind, axes, keepDims }, [{ shape, dtype }]) => {
  const problem = axes.map((axis) => axisProblem(axis, shape.length)).find((one) => one !== undefined);
  if (problem !== undefined) return problem;
  if (axes.some((axis, index) => index > 0 && axis <= (axes[index - 1] ?? axis)))
    return `reduces the axes ${axes.join()}, which must be sorted`;
  if (dtype === 'bool' || (kind === 'Mean' && dtype !== 'float32')) return `reduces ${dtype}`;
  return { shape: shape.flatMap((size, axis) => (!axes.includes(axis) ? [size] : keepDims ? [1] : [])), dtype };
});

const argument: InferenceRule<'ArgMax' | 'ArgMin'> = taking(1, 1, ({ axis }, [{ shape }]) => {
  const rest = shape.filter((_, index) => index !== axis);
  return axisProblem(axis, shape.length) ?? { shape: rest, dtype: 'int32' };
});

const softmax: InferenceRule<'Softmax' | 'LogSoftmax'> = taking(1, 1, (_, [x]) => {
  if (x.shape.length === 0) return 'has a scalar as its operand';
  return x.dtype === 'float32' ? x : `has an operand that is ${x.dtype}`;
});

const matMul: InferenceRule<'MatMul'> = taking(2, 3, ({ transposeA, transposeB }, [a, b, bias], _, count) => {
  if (a.shape.length < 2 || b.shape.length < 2) return `multiplies ${formatShape(a.shape)} and ${formatShape(b.shape)}`;
  if (a.dtype !== b.dtype) return `multiplies ${a.dtype} and ${b.dtype}`;
  const matrix = (shape: readonly number[], turned: boolean): readonly [number, number] => {
    const [rows = 0, columns = 0] = shape.slice(-2);
    return turned ? [columns, rows] : [rows, columns];
  };
  const [rows, inner] = matrix(a.shape, transposeA);
  const [other, columns] = matrix(b.shape, transposeB);
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (inner !== other || batch === undefined) return `multiplies ${formatShape(a.shape)} and ${formatShape(b.shape)}`;
  if (count === 3 && (bias.dtype !== 'float32' || !sameShape(bias.shape, [columns]))) {
    return `has a bias of ${bias.dtype}${formatShape(bias.shape)} for ${columns} columns`;
  }
  return { shape: [...batch, rows, columns], dtype: a.dtype };
});

export const reductionInference: InferenceRules<
  ReductionKind | 'ArgMax' | 'ArgMin' | 'Softmax' | 'LogSoftmax' | 'MatMul'
> = {
  ...(Object.fromEntries(REDUCTION.map((kind) => [kind, reduction])) as InferenceRules<ReductionKind>),
  ArgMax: argument,
  ArgMin: argument,
  Softmax: softmax,
  LogSoftmax: softmax,
  MatMul: matMul,
};
