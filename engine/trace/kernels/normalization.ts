import type { FusedBatchNormAttrs } from '@tensorflow/tfjs-core';
import { compose } from '../composition.ts';
import type { TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

/** offset + (x - mean) * scale / sqrt(variance + epsilon); scale and offset may be absent. */
const fusedBatchNorm: TraceKernel = (call) => {
  const c = compose(call);
  const { varianceEpsilon } = attributesOf<FusedBatchNormAttrs>(call);
  const [scale, offset] = [call.optional('scale'), call.optional('offset')];
  const inverse = c.unary('Rsqrt', c.binary('Add', call.input('variance'), varianceEpsilon));
  const factor = scale === undefined ? inverse : c.binary('Multiply', inverse, scale);
  const centred = c.binary('Sub', call.input('x'), call.input('mean'));
  const scaled = c.binary('Multiply', centred, factor);
  return offset === undefined ? scaled : c.binary('Add', scaled, offset);
};

export const normalizationKernels: TraceKernels = { FusedBatchNorm: fusedBatchNorm };
