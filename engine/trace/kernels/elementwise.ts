import type { CastAttrs, DataType, FillAttrs } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import type { DType } from '../../graph/graph.ts';
import type { BinaryKind, UnaryKind } from '../../graph/operation.ts';
import { BINARY, COMPARISONS, UNARY } from '../../graph/operation.ts';
import { broadcastShape, formatShape } from '../../shape.ts';
import type { TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

function unary(kind: UnaryKind): TraceKernel {
  return (call) => {
    const x = call.input('x');
    return call.record({ kind }, [x], x.shape, x.dtype);
  };
}

function binary(kind: BinaryKind): TraceKernel {
  return (call) => {
    const a = call.input('a');
    const b = call.input('b');
    const shape = broadcastShape(a.shape, b.shape);
    if (shape === undefined) {
      throw new EngineError(
        'STEP_SHAPE',
        `Expected the operands of ${kind} to broadcast, got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
      );
    }
    const dtype = COMPARISONS.has(kind) ? 'bool' : knownDType(backend_util.upcastType(a.dtype, b.dtype));
    return call.record({ kind }, [a, b], shape, dtype);
  };
}

/** tfjs's dtypes less strings and complex numbers, which no step of a network uses. */
export function knownDType(dtype: DataType): DType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new EngineError('STEP_UNTRACEABLE', `Expected a tensor to be float32, int32 or bool, got ${dtype}.`);
}

const cast: TraceKernel = (call) => {
  const x = call.input('x');
  return call.record({ kind: 'Cast' }, [x], x.shape, knownDType(attributesOf<CastAttrs>(call).dtype));
};

const fill: TraceKernel = (call) => {
  const { shape, value, dtype } = attributesOf<FillAttrs>(call);
  return call.record({ kind: 'Fill', value: Number(value) }, [], shape, knownDType(dtype ?? 'float32'));
};

function like(value: number): TraceKernel {
  return (call) => {
    const x = call.input('x');
    return call.record({ kind: 'Fill', value }, [], x.shape, x.dtype);
  };
}

const select: TraceKernel = (call) => {
  const whenTrue = call.input('t');
  const whenFalse = call.input('e');
  const dtype = knownDType(backend_util.upcastType(whenTrue.dtype, whenFalse.dtype));
  return call.record({ kind: 'Select' }, [call.input('condition'), whenTrue, whenFalse], whenTrue.shape, dtype);
};

export const elementwiseKernels: TraceKernels = {
  ...Object.fromEntries(UNARY.map((kind) => [kind, unary(kind)])),
  ...Object.fromEntries(BINARY.map((kind) => [kind, binary(kind)])),
  Cast: cast,
  Fill: fill,
  Select: select,
  ZerosLike: like(0),
  OnesLike: like(1),
};
