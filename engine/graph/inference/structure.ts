import { elementCount, formatShape, sameShape } from '../../shape.ts';
import type { DType } from '../graph.ts';
import type { ConstantValues } from '../operation.ts';
import type { InferenceRule, InferenceRules } from './inference.ts';
import { axisProblem, taking } from './inference.ts';

/** Results whose size is in the node itself: what makes a value out of nothing, and what moves elements about. */
type StructureKind =
  | 'Input'
  | 'Constant'
  | 'Fill'
  | 'Reshape'
  | 'Transpose'
  | 'Slice'
  | 'Concat'
  | 'Pad'
  | 'Tile'
  | 'OneHot'
  | 'GatherV2'
  | 'UnsortedSegmentSum';

const input: InferenceRule<'Input'> = taking(0, 0, ({ role }, _, node) => {
  if (node.dtype === 'bool') return 'is an input that is bool';
  if (node.dtype === 'uint8' && role === 'state') return 'is a state that is uint8';
  if (role === 'scalars' && (node.shape.length > 0 || node.dtype !== 'float32'))
    return 'is a scalar of another kind than float32[]';
  return node;
});

const constant: InferenceRule<'Constant'> = taking(0, 0, ({ values }, _, { shape }) =>
  values.length === elementCount(shape)
    ? { shape, dtype: dtypeOf(values) }
    : `a constant of shape ${formatShape(shape)} has ${values.length} elements`,
);

function dtypeOf(values: ConstantValues): DType {
  if (values instanceof Float32Array) return 'float32';
  return values instanceof Int32Array ? 'int32' : 'bool';
}

const fill: InferenceRule<'Fill'> = taking(0, 0, ({ value }, _, node) =>
  node.dtype === 'float32' || Number.isInteger(value) ? node : `fills ${node.dtype} with ${value}`,
);

const reshape: InferenceRule<'Reshape'> = taking(1, 1, (_, [x], { shape }) =>
  elementCount(shape) === elementCount(x.shape)
    ? { shape, dtype: x.dtype }
    : `a reshape to ${formatShape(shape)} changes the number of elements`,
);

const transpose: InferenceRule<'Transpose'> = taking(1, 1, ({ permutation }, [{ shape, dtype }]) => {
  const sorted = [...permutation].sort((a, b) => a - b);
  if (permutation.length !== shape.length || sorted.some((axis, place) => axis !== place)) {
    return `permutes rank ${shape.length} by ${permutation.join()}`;
  }
  return { shape: permutation.map((axis) => shape[axis] ?? 0), dtype };
});

const slice: InferenceRule<'Slice'> = taking(1, 1, ({ begin }, [{ shape, dtype }], node) => {
  const inside = shape.every((size, axis) => {
    const from = begin[axis] ?? -1;
    return from >= 0 && from + (node.shape[axis] ?? Number.POSITIVE_INFINITY) <= size;
  });
  if (!inside || begin.length !== shape.length || node.shape.length !== shape.length) {
    return `cuts ${formatShape(node.shape)} at ${begin.join()} out of ${formatShape(shape)}`;
  }
  return { shape: node.shape, dtype };
});

const concat: InferenceRule<'Concat'> = (operation, operands) => {
  const { axis } = operation;
  const [first] = operands;
  if (first === undefined) return 'joins nothing';
  const problem = axisProblem(axis, first.shape.length);
  if (problem !== undefined) return problem;
  const outside = (shape: readonly number[]): readonly number[] =>
    shape.map((size, index) => (index === axis ? 0 : size));
  for (const { shape, dtype } of operands) {
    if (dtype !== first.dtype) return `joins ${first.dtype} and ${dtype}`;
    if (!sameShape(outside(shape), outside(first.shape)))
      return `joins ${formatShape(first.shape)} and ${formatShape(shape)}`;
  }
  const total = operands.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
  return { shape: first.shape.map((size, index) => (index === axis ? total : size)), dtype: first.dtype };
};

const pad: InferenceRule<'Pad'> = taking(1, 1, ({ before, after }, [{ shape, dtype }]) => {
  if (
    before.length !== shape.length ||
    after.length !== shape.length ||
    [...before, ...after].some((count) => count < 0)
  ) {
    return `pads ${formatShape(shape)} by ${before.join()} and ${after.join()}`;
  }
  return { shape: shape.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0)), dtype };
});

const tile: InferenceRule<'Tile'> = taking(1, 1, ({ repeats }, [{ shape, dtype }]) =>
  repeats.length === shape.length
    ? { shape: shape.map((size, axis) => size * (repeats[axis] ?? 0)), dtype }
    : `repeats ${formatShape(shape)} ${repeats.join()} times`,
);

const oneHot: InferenceRule<'OneHot'> = taking(1, 1, ({ depth }, [indices], { dtype }) =>
  indices.dtype === 'int32' ? { shape: [...indices.shape, depth], dtype } : `has indices that are ${indices.dtype}`,
);

const gather: InferenceRule<'GatherV2'> = taking(2, 2, ({ axis }, [x, indices]) => {
  if (indices.dtype !== 'int32') return `has indices that are ${indices.dtype}`;
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return axisProblem(axis, x.shape.length) ?? { shape, dtype: x.dtype };
});

/** How many segments there are is the node's own. */
const segmentSum: InferenceRule<'UnsortedSegmentSum'> = taking(2, 2, (_, [x, segments], node) => {
  if (segments.dtype !== 'int32') return `has segments that are ${segments.dtype}`;
  if (segments.shape.length !== 1 || segments.shape[0] !== x.shape[0]) {
    return `has segments of ${formatShape(segments.shape)} for ${formatShape(x.shape)}`;
  }
  return { shape: [node.shape[0] ?? 0, ...x.shape.slice(1)], dtype: x.dtype };
});

export const structureInference: InferenceRules<StructureKind> = {
  Input: input,
  Constant: constant,
  Fill: fill,
  Reshape: reshape,
  Transpose: transpose,
  Slice: slice,
  Concat: concat,
  Pad: pad,
  Tile: tile,
  OneHot: oneHot,
  GatherV2: gather,
  UnsortedSegmentSum: segmentSum,
};
