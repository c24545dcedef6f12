import { util } from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.ts';
import type { BinaryKind, ConstantValues, ReductionKind, UnaryKind } from '../graph/operation.ts';
import { COMPARISONS } from '../graph/operation.ts';
import { broadcastShape, formatShape, sameShape } from '../shape.ts';
import type { Shape } from '../step.ts';
import type { KernelCall, SymbolicDType, SymbolicTensor } from './kernel.ts';

type Operand = SymbolicTensor | number;

/** Writes a kernel that the step graph has no operation for as several nodes; every executor then has it. */
export interface Composition {
  /** One value everywhere. */
  fill(value: number, shape?: Shape, dtype?: SymbolicDType): SymbolicTensor;
  constant(values: ConstantValues, shape: Shape): SymbolicTensor;
  unary(kind: UnaryKind, x: SymbolicTensor): SymbolicTensor;
  /** Broadcasts; a number has the other operand's dtype. */
  binary(kind: BinaryKind, a: Operand, b: Operand): SymbolicTensor;
  /** All operands broadcast to one shape. */
  select(condition: SymbolicTensor, whenTrue: Operand, whenFalse: Operand): SymbolicTensor;
  cast(x: SymbolicTensor, dtype: SymbolicDType): SymbolicTensor;
  reshape(x: SymbolicTensor, shape: Shape): SymbolicTensor;
  transpose(x: SymbolicTensor, permutation: readonly number[]): SymbolicTensor;
  slice(x: SymbolicTensor, begin: readonly number[], size: Shape): SymbolicTensor;
  /** @param value zero unless given */
  pad(x: SymbolicTensor, before: Shape, after: Shape, value?: number): SymbolicTensor;
  /** The entries of one axis at places that are known now. */
  pick(x: SymbolicTensor, axis: number, places: readonly number[]): SymbolicTensor;
  concat(parts: readonly SymbolicTensor[], axis: number): SymbolicTensor;
  reduce(kind: ReductionKind, x: SymbolicTensor, axes: readonly number[], keepDims?: boolean): SymbolicTensor;
  matMul(a: SymbolicTensor, b: SymbolicTensor): SymbolicTensor;
}

export function compose({ record }: Pick<KernelCall, 'record'>): Composition {
  const broadcast = (...shapes: readonly Shape[]): Shape =>
    shapes.reduce((all, shape) => {
      const both = broadcastShape(all, shape);
      if (both === undefined) {
        const given = shapes.map(formatShape).join(' and ');
        throw new EngineError('STEP_SHAPE', `Expected the operands of a kernel to broadcast, got ${given}.`);
      }
      return both;
    }, []);
  const tensorOf = (operand: Operand, dtype: SymbolicDType): SymbolicTensor =>
    typeof operand === 'number' ? composition.fill(operand, [], dtype) : operand;
  const composition: Composition = {
    fill: (value, shape = [], dtype = 'float32') => record({ kind: 'Fill', value }, [], shape, dtype),
    constant: (values, shape) =>
      record(
        { kind: 'Constant', values },
        [],
        shape,
        values instanceof Float32Array ? 'float32' : values instanceof Int32Array ? 'int32' : 'bool',
      ),
    unary: (kind, x) => record({ kind }, [x], x.shape, x.dtype),
    binary(kind, a, b) {
      const dtype = typeof a === 'number' ? (typeof b === 'number' ? 'float32' : b.dtype) : a.dtype;
      const operands = [tensorOf(a, dtype), tensorOf(b, dtype)] as const;
      const shape = broadcast(operands[0].shape, operands[1].shape);
      return record({ kind }, operands, shape, COMPARISONS.has(kind) ? 'bool' : dtype);
    },
    select(condition, whenTrue, whenFalse) {
      const dtype =
        typeof whenTrue !== 'number' ? whenTrue.dtype : typeof whenFalse !== 'number' ? whenFalse.dtype : 'float32';
      const [t, e] = [tensorOf(whenTrue, dtype), tensorOf(whenFalse, dtype)];
      return record({ kind: 'Select' }, [condition, t, e], broadcast(condition.shape, t.shape, e.shape), dtype);
    },
    cast: (x, dtype) => (x.dtype === dtype ? x : record({ kind: 'Cast' }, [x], x.shape, dtype)),
    reshape: (x, shape) => (sameShape(x.shape, shape) ? x : record({ kind: 'Reshape' }, [x], shape, x.dtype)),
    transpose(x, permutation) {
      if (permutation.every((axis, position) => axis === position)) return x;
      const shape = permutation.map((axis) => x.shape[axis] ?? 1);
      return record({ kind: 'Transpose', permutation }, [x], shape, x.dtype);
    },
    slice: (x, begin, size) => (sameShape(x.shape, size) ? x : record({ kind: 'Slice', begin }, [x], size, x.dtype)),
    pad(x, before, after, value = 0) {
      if ([...before, ...after].every((count) => count === 0)) return x;
      const shape = x.shape.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0));
      return record({ kind: 'Pad', before, after, value }, [x], shape, x.dtype);
    },
    pick(x, axis, places) {
      const indices = composition.constant(Int32Array.from(places), [places.length]);
      const shape = x.shape.map((size, index) => (index === axis ? places.length : size));
      return record({ kind: 'GatherV2', axis }, [x, indices], shape, x.dtype);
    },
    concat(parts, axis) {
      const [first] = parts as [SymbolicTensor];
      const total = parts.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
      const shape = first.shape.map((size, index) => (index === axis ? total : size));
      return record({ kind: 'Concat', axis }, parts, shape, first.dtype);
    },
    reduce(kind, x, axes, keepDims = false) {
      const sorted = [...axes].sort((a, b) => a - b);
      const shape = x.shape.flatMap((size, axis) => (!sorted.includes(axis) ? [size] : keepDims ? [1] : []));
      return record({ kind, axes: sorted, keepDims }, [x], shape, x.dtype);
    },
    matMul(a, b) {
      const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
      const shape = [...batch, a.shape.at(-2) ?? 1, b.shape.at(-1) ?? 1];
      return record({ kind: 'MatMul', transposeA: false, transposeB: false }, [a, b], shape, a.dtype);
    },
  };
  return composition;
}

/** The axes that a kernel was given, non-negative; all of them where it was given none. */
export function axesOf(x: SymbolicTensor, given: number | readonly number[] | undefined): number[] {
  return util.parseAxisParam((given ?? null) as unknown as number[], [...x.shape]);
}
