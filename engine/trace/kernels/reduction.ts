import type { ArgMaxAttrs, BatchMatMulAttrs, LogSoftmaxAttrs, SoftmaxAttrs } from '@tensorflow/tfjs-core';
import { backend_util, util } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import type { ReductionKind } from '../../graph/operation.ts';
import { broadcastShape, formatShape } from '../../shape.ts';
import { compose } from '../composition.ts';
import type { KernelCall, SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

/** tfjs names the axes `axis` in some kernels and `reductionIndices` in others. */
interface ReductionAttributes {
  readonly axis?: number | number[] | null;
  readonly reductionIndices?: number | number[] | null;
  readonly keepDims?: boolean;
}

function reduction(kind: ReductionKind): TraceKernel {
  return (call) => {
    const given = call.input('x');
    // A mean of integers is a float.
    const x = kind === 'Mean' ? compose(call).cast(given, 'float32') : given;
    const { axis, reductionIndices, keepDims = false } = attributesOf<ReductionAttributes>(call);
    const wanted = (axis ?? reductionIndices) as number | number[];
    const axes = util.parseAxisParam(wanted, [...x.shape]).sort((a, b) => a - b);
    const [reduced] = backend_util.computeOutAndReduceShapes([...x.shape], axes);
    const shape = keepDims ? backend_util.expandShapeToKeepDim(reduced, axes) : reduced;
    const dtype = kind === 'Sum' && x.dtype === 'bool' ? 'int32' : x.dtype;
    return call.record({ kind, axes, keepDims }, [x], shape, dtype);
  };
}

function argument(kind: 'ArgMax' | 'ArgMin'): TraceKernel {
  return (call) => {
    const x = call.input('x');
    const axis = util.parseAxisParam(attributesOf<ArgMaxAttrs>(call).axis, [...x.shape])[0] ?? 0;
    return call.record(
      { kind, axis },
      [x],
      x.shape.filter((_, index) => index !== axis),
      'int32',
    );
  };
}

function softmax(kind: 'Softmax' | 'LogSoftmax'): TraceKernel {
  return (call) => {
    const logits = call.input('logits');
    const { dim, axis } = attributesOf<Partial<SoftmaxAttrs & LogSoftmaxAttrs>>(call);
    const along = dim ?? axis ?? -1;
    if (along !== -1 && along !== logits.shape.length - 1) {
      throw new EngineError('STEP_UNTRACEABLE', `Expected the axis of ${kind} to be the last one, got ${along}.`);
    }
    return call.record({ kind }, [logits], logits.shape, logits.dtype);
  };
}

const batchMatMul: TraceKernel = (call) => {
  const { transposeA, transposeB } = attributesOf<BatchMatMulAttrs>(call);
  return matrixProduct(call, transposeA, transposeB);
};

/** The product of the operands a and b. @throws EngineError STEP_SHAPE where their sizes do not agree. */
export function matrixProduct(call: KernelCall, transposeA: boolean, transposeB: boolean): SymbolicTensor {
  const a = call.input('a');
  const b = call.input('b');
  const [rows, innerA] = matrix(a.shape, transposeA);
  const [innerB, columns] = matrix(b.shape, transposeB);
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (innerA !== innerB || batch === undefined || rows === undefined || columns === undefined) {
    throw new EngineError(
      'STEP_SHAPE',
      `Expected the inner sizes of a matrix product to agree, got ${formatShape(a.shape)} and ` +
        `${formatShape(b.shape)} (transposed: ${transposeA}, ${transposeB}).`,
    );
  }
  return call.record({ kind: 'MatMul', transposeA, transposeB }, [a, b], [...batch, rows, columns], a.dtype);
}

function matrix(shape: readonly number[], transposed: boolean): readonly (number | undefined)[] {
  return transposed ? [shape.at(-1), shape.at(-2)] : [shape.at(-2), shape.at(-1)];
}

export const reductionKernels: TraceKernels = {
  Sum: reduction('Sum'),
  Mean: reduction('Mean'),
  Max: reduction('Max'),
  Min: reduction('Min'),
  Prod: reduction('Prod'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
  BatchMatMul: batchMatMul,
};
