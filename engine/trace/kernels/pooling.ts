import type { MaxPoolAttrs } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import type { Shape } from '../../step.ts';
import { coverage } from '../../tfjs/coverage.ts';
import type { Extent, Sliding } from '../../tfjs/window.ts';
import { slidingOf } from '../../tfjs/window.ts';
import { extentOf, poolingInfo } from '../../tfjs/window-info.ts';
import type { Composition } from '../composition.ts';
import { compose } from '../composition.ts';
import type { KernelCall, SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';
import { shapeWithoutEnd, withEnd, withoutEnd } from './sliding.ts';

interface Pooling extends Sliding {
  readonly outShape: Shape;
}

/** @throws EngineError STEP_UNTRACEABLE where a window lies on padding alone: nothing has a maximum or an average there. */
function poolingOf(call: KernelCall, x: Shape, positions?: Extent): Pooling {
  const info = poolingInfo(x, attributesOf<MaxPoolAttrs>(call), positions);
  const sliding = slidingOf(info, positions);
  if (sliding.leavesMap) {
    throw new EngineError(
      'STEP_UNTRACEABLE',
      'Expected every window of a pool to lie on its map, got one on padding alone. Pad less, or round down.',
    );
  }
  return { ...sliding, outShape: info.outShape };
}

function pool(kind: 'MaxPool' | 'AvgPool'): TraceKernel {
  return (call) => {
    const x = call.input('x');
    const { window, cut, outShape } = poolingOf(call, x.shape);
    return call.record({ kind, window }, [withoutEnd(compose(call), x, cut)], outShape, x.dtype);
  };
}

const maxPoolGrad: TraceKernel = (call) => {
  const c = compose(call);
  const [dy, whole] = [call.input('dy'), call.input('input')];
  const { window, cut } = poolingOf(call, whole.shape, extentOf(dy.shape));
  const x = withoutEnd(c, whole, cut);
  const operands = [dy, x, call.input('output')];
  return withEnd(c, call.record({ kind: 'MaxPoolGrad', window }, operands, x.shape, x.dtype), cut);
};

/** Of an average over fewer pixels than the window has, each pixel has the larger share. tfjs's `cpu` forgets that. */
const avgPoolGrad: TraceKernel = (call) => {
  const c = compose(call);
  const [dy, { shape, dtype }] = [call.input('dy'), call.input('input')];
  const { window, cut } = poolingOf(call, shape, extentOf(dy.shape));
  const inside = shapeWithoutEnd(shape, cut);
  const weighted = shared(c, dy, coverage(window, extentOf(inside), extentOf(dy.shape)));
  return withEnd(c, call.record({ kind: 'AvgPoolGrad', window }, [weighted], inside, dtype), cut);
};

function shared(c: Composition, dy: SymbolicTensor, shares: Float32Array | undefined): SymbolicTensor {
  if (shares === undefined) return dy;
  const weights = c.constant(
    shares.map((share) => 1 / share),
    [1, ...extentOf(dy.shape), 1],
  );
  return c.binary('Multiply', dy, weights);
}

export const poolingKernels: TraceKernels = {
  AvgPool: pool('AvgPool'),
  AvgPoolGrad: avgPoolGrad,
  MaxPool: pool('MaxPool'),
  MaxPoolGrad: maxPoolGrad,
};
