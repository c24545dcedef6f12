import type { CastAttrs, DataType, FillAttrs } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import type { BinaryKind, UnaryKind } from '../../graph/operation.ts';
import { BINARY, ON_INTEGERS, UNARY } from '../../graph/operation.ts';
import { broadcastShape, formatShape } from '../../shape.ts';
import { compose } from '../composition.ts';
import type { SymbolicDType, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

/** All others compute with bools as 0 and 1. */
const ON_BOOLS: ReadonlySet<BinaryKind> = new Set(['Equal', 'LogicalAnd', 'LogicalOr', 'NotEqual']);

/** Leave integers as they are. */
const ROUNDING: ReadonlySet<UnaryKind> = new Set(['Ceil', 'Floor', 'Round']);

function unary(kind: UnaryKind): TraceKernel {
  return (call) => {
    const x = call.input('x');
    if (x.dtype === 'int32' && ROUNDING.has(kind)) return x;
    const float = x.dtype === 'int32' && !ON_INTEGERS.has(kind);
    return compose(call).unary(kind, float ? compose(call).cast(x, 'float32') : x);
  };
}

function binary(kind: BinaryKind): TraceKernel {
  return (call) => {
    const a = call.input('a');
    const b = call.input('b');
    if (broadcastShape(a.shape, b.shape) === undefined) {
      throw new EngineError(
        'STEP_SHAPE',
        `Expected the operands of ${kind} to broadcast, got ${formatShape(a.shape)} and ${formatShape(b.shape)}.`,
      );
    }
    const c = compose(call);
    const dtype = knownDType(backend_util.upcastType(a.dtype, b.dtype));
    // tfjs calculates with booleans as with 0 and 1; the libraries of other executors do not.
    if (dtype !== 'bool' || ON_BOOLS.has(kind)) return c.binary(kind, c.cast(a, dtype), c.cast(b, dtype));
    return c.cast(c.binary(kind, c.cast(a, 'int32'), c.cast(b, 'int32')), 'bool');
  };
}

/** tfjs's dtypes less strings and complex numbers, which no step of a network uses. */
export function knownDType(dtype: DataType): SymbolicDType {
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
  const c = compose(call);
  return c.select(c.cast(call.input('condition'), 'bool'), c.cast(whenTrue, dtype), c.cast(whenFalse, dtype));
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
