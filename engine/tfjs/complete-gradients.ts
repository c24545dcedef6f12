import type { GradConfig, NamedAttrMap, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import {
  engine,
  getGradient,
  registerGradient,
  reshape,
  tensor1d,
  transpose,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';
// Gradients are registered by this package alone; they must be there before they are replaced.
import '@tensorflow/tfjs';
import { mirroredPlaces } from './mirrored-places.ts';

type Saved = readonly Tensor[];

function convolutionGradient(kernelName: string): GradConfig {
  return {
    kernelName,
    inputsToSave: ['x', 'filter'],
    gradFunc(dy, saved, attrs) {
      const [x, filter] = saved as Saved as readonly [Tensor4D, Tensor4D];
      const { strides, pad, dilations, dimRoundingMode, dataFormat } = attrs;
      const shared = { strides, pad, dilations, dimRoundingMode, dataFormat } as NamedAttrMap;
      return {
        x: () =>
          engine().runKernel(
            `${kernelName}BackpropInput`,
            { dy: dy as Tensor, filter },
            { ...shared, inputShape: x.shape },
          ),
        filter: () =>
          engine().runKernel(
            `${kernelName}BackpropFilter`,
            { x, dy: dy as Tensor },
            { ...shared, filterShape: filter.shape },
          ),
      };
    },
  };
}

/** Every place gets the sum of all its mirror images. */
const mirrorPadGradient: GradConfig = {
  kernelName: 'MirrorPad',
  inputsToSave: ['x'],
  gradFunc(dy, saved, attrs) {
    const [x] = saved as Saved as readonly [Tensor];
    const { paddings, mode } = attrs as unknown as {
      readonly paddings: readonly (readonly [number, number])[];
      readonly mode: 'reflect' | 'symmetric';
    };
    const gradient = (): Tensor =>
      paddings.reduce((folded, pads, axis) => {
        if (pads[0] + pads[1] === 0) return folded;
        const places = mirroredPlaces(x.shape[axis] ?? 1, pads, mode);
        const first = folded.shape.map((_, index) => (index === 0 ? axis : index === axis ? 0 : index));
        const rows = transpose(folded, first);
        const flat = reshape(rows, [places.length, -1]);
        const sums = unsortedSegmentSum(flat, tensor1d(places, 'int32'), x.shape[axis] ?? 1);
        return transpose(reshape(sums, [x.shape[axis] ?? 1, ...rows.shape.slice(1)]), first);
      }, dy as Tensor);
    return { x: gradient };
  },
};

/** tfjs refuses or forgets: dilations of convolutions, and the mirror images of a padding. */
const COMPLETE: readonly GradConfig[] = [
  convolutionGradient('Conv2D'),
  convolutionGradient('DepthwiseConv2dNative'),
  mirrorPadGradient,
];

/** Runs `body` with gradients in place of those of tfjs that are not whole, and puts tfjs's own back. */
export function withCompleteGradients<T>(body: () => T): T {
  const own = COMPLETE.map(({ kernelName }) => getGradient(kernelName));
  for (const gradient of COMPLETE) registerGradient(gradient);
  try {
    return body();
  } finally {
    for (const gradient of own) if (gradient !== undefined) registerGradient(gradient);
  }
}
