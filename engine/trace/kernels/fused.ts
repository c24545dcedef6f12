import type { _FusedMatMulAttrs, FusedConv2DAttrs } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import type { Composition } from '../composition.ts';
import { compose } from '../composition.ts';
import type { KernelCall, SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';
import { elu, leaky, relu6 } from './activations.ts';
import { convolution } from './convolution.ts';
import { matrixProduct } from './reduction.ts';

interface Activated {
  readonly activation?: string;
  readonly leakyreluAlpha?: number;
}

/** Adds the bias and activates, as tfjs's fused kernels do; the passes fuse again what an executor can. */
function finished(call: KernelCall, product: SymbolicTensor): SymbolicTensor {
  const c = compose(call);
  const bias = call.optional('bias');
  return activated(call, c, bias === undefined ? product : c.binary('Add', product, bias));
}

function activated(call: KernelCall, c: Composition, x: SymbolicTensor): SymbolicTensor {
  const { activation = 'linear', leakyreluAlpha = 0 } = attributesOf<Activated>(call);
  switch (activation) {
    case 'linear':
      return x;
    case 'relu':
      return c.unary('Relu', x);
    case 'relu6':
      return relu6(c, x);
    case 'elu':
      return elu(c, x);
    case 'sigmoid':
      return c.unary('Sigmoid', x);
    case 'leakyrelu':
      return leaky(c, x, leakyreluAlpha);
    case 'prelu':
      return leaky(c, x, call.input('preluActivationWeights'));
    default:
      throw new EngineError('STEP_UNTRACEABLE', `Expected a known activation of a fused kernel, got ${activation}.`);
  }
}

function fusedConvolution(depthwise: boolean): TraceKernel {
  return (call) => {
    const attributes = attributesOf<FusedConv2DAttrs>(call);
    return finished(call, convolution(call, call.input('x'), call.input('filter'), attributes, depthwise));
  };
}

const fusedMatMul: TraceKernel = (call) => {
  const { transposeA, transposeB } = attributesOf<_FusedMatMulAttrs>(call);
  return finished(call, matrixProduct(call, transposeA, transposeB));
};

export const fusedKernels: TraceKernels = {
  FusedConv2D: fusedConvolution(false),
  FusedDepthwiseConv2D: fusedConvolution(true),
  _FusedMatMul: fusedMatMul,
};
