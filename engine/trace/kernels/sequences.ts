import type { LinSpaceAttrs, RangeAttrs } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import { compose } from '../composition.ts';
import type { TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

const range: TraceKernel = (call) => {
  const { start, stop, step, dtype } = attributesOf<RangeAttrs>(call);
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count === 0) {
    throw new EngineError('STEP_SHAPE', `Expected a range with elements, got ${start} to ${stop} by ${step}.`);
  }
  const values = Array.from({ length: count }, (_, index) => start + index * step);
  return compose(call).constant(dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values), [count]);
};

const linSpace: TraceKernel = (call) => {
  const { start, stop, num } = attributesOf<LinSpaceAttrs>(call);
  const step = num > 1 ? (stop - start) / (num - 1) : 0;
  return compose(call).constant(
    Float32Array.from({ length: num }, (_, index) => start + index * step),
    [num],
  );
};

export const sequenceKernels: TraceKernels = { LinSpace: linSpace, Range: range };
