import type { ClipByValueAttrs, LeakyReluAttrs, StepAttrs } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { Composition } from '../composition.ts';
import { compose } from '../composition.ts';
import type { SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

/** A kernel of one operand `x` without attributes. */
function ofX(body: (c: Composition, x: SymbolicTensor) => SymbolicTensor): TraceKernel {
  return (call) => body(compose(call), call.input('x'));
}

/** exp(x) - 1 without cancellation: 2 t / (1 - t) with t = tanh(x / 2), which itself fails for large x. */
function expm1(c: Composition, x: SymbolicTensor): SymbolicTensor {
  const t = c.unary('Tanh', c.binary('Multiply', x, 0.5));
  const near = c.binary('RealDiv', c.binary('Multiply', t, 2), c.binary('Sub', 1, t));
  const small = c.binary('Less', c.unary('Abs', x), 1);
  return c.select(small, near, c.binary('Sub', c.unary('Exp', x), 1));
}

/** log(1 + x) by Kahan's quotient: the rounding of u = 1 + x cancels in log(u) * x / (u - 1). */
export function log1p(c: Composition, x: SymbolicTensor): SymbolicTensor {
  const u = c.binary('Add', x, 1);
  const quotient = c.binary('RealDiv', x, c.binary('Sub', u, 1));
  // At infinity the quotient is none, and log(u) alone is right.
  const plain = c.binary('LogicalOr', c.binary('Equal', quotient, quotient), c.binary('Less', x, 1));
  const factor = c.select(plain, quotient, 1);
  return c.select(c.binary('Equal', u, 1), x, c.binary('Multiply', c.unary('Log', u), factor));
}

/** max(x, 0) + log(1 + exp(-|x|)), which overflows nowhere. */
function softplus(c: Composition, x: SymbolicTensor): SymbolicTensor {
  const tail = log1p(c, c.unary('Exp', c.unary('Neg', c.unary('Abs', x))));
  return c.binary('Add', c.unary('Relu', x), tail);
}

export function elu(c: Composition, x: SymbolicTensor): SymbolicTensor {
  return c.select(c.binary('GreaterEqual', x, 0), x, expm1(c, x));
}

function selu(c: Composition, x: SymbolicTensor): SymbolicTensor {
  const { SELU_SCALE: scale, SELU_SCALEALPHA: scaleAlpha } = backend_util;
  return c.select(
    c.binary('GreaterEqual', x, 0),
    c.binary('Multiply', x, scale),
    c.binary('Multiply', expm1(c, x), scaleAlpha),
  );
}

export function relu6(c: Composition, x: SymbolicTensor): SymbolicTensor {
  return c.binary('Minimum', c.unary('Relu', x), 6);
}

export function leaky(c: Composition, x: SymbolicTensor, slope: SymbolicTensor | number): SymbolicTensor {
  return c.select(c.binary('Less', x, 0), c.binary('Multiply', x, slope), x);
}

const leakyRelu: TraceKernel = (call) =>
  leaky(compose(call), call.input('x'), attributesOf<LeakyReluAttrs>(call).alpha);

const prelu: TraceKernel = (call) => leaky(compose(call), call.input('x'), call.input('alpha'));

/** Operand y is the activation's result: exp(x) where x is negative is y + 1. */
const eluGrad: TraceKernel = (call) => {
  const c = compose(call);
  const [dy, y] = [call.input('dy'), call.input('y')];
  return c.select(c.binary('GreaterEqual', y, 0), dy, c.binary('Multiply', dy, c.binary('Add', y, 1)));
};

const clipByValue: TraceKernel = (call) => {
  const c = compose(call);
  const { clipValueMin, clipValueMax } = attributesOf<ClipByValueAttrs>(call);
  return c.binary('Minimum', c.binary('Maximum', call.input('x'), clipValueMin), clipValueMax);
};

/** 1 where x is positive, `alpha` elsewhere. */
const step: TraceKernel = (call) => {
  const given = call.input('x');
  const x = compose(call).cast(given, 'float32');
  const { alpha = 0 } = attributesOf<Partial<StepAttrs>>(call);
  const c = compose(call);
  const steps = alpha === 0 ? c.unary('Step', x) : c.select(c.binary('Greater', x, 0), c.fill(1), c.fill(alpha));
  return c.cast(steps, given.dtype);
};

export const activationKernels: TraceKernels = {
  ClipByValue: clipByValue,
  Elu: ofX(elu),
  EluGrad: eluGrad,
  Expm1: ofX(expm1),
  LeakyRelu: leakyRelu,
  Log1p: ofX(log1p),
  Prelu: prelu,
  Relu6: ofX(relu6),
  Selu: ofX(selu),
  Softplus: ofX(softplus),
  Step: step,
};
