import type { LRNAttrs } from '@tensorflow/tfjs-core';
import type { TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

const lrn: TraceKernel = (call) => {
  const x = call.input('x');
  const { depthRadius, bias, alpha, beta } = attributesOf<LRNAttrs>(call);
  return call.record({ kind: 'LRN', depthRadius, bias, alpha, beta }, [x], x.shape, x.dtype);
};

const lrnGrad: TraceKernel = (call) => {
  const x = call.input('x');
  const { depthRadius, bias, alpha, beta } = attributesOf<LRNAttrs>(call);
  const operands = [x, call.input('y'), call.input('dy')];
  return call.record({ kind: 'LRNGrad', depthRadius, bias, alpha, beta }, operands, x.shape, x.dtype);
};

export const localResponseKernels: TraceKernels = { LRN: lrn, LRNGrad: lrnGrad };
