import type { TensorInfo } from '@tensorflow/tfjs-core';
import { elementCount } from '../../shape.ts';
import type { ResizeAttributes, ResizeWeights } from '../../tfjs/resize-weights.ts';
import { bilinearWeights, nearestWeights } from '../../tfjs/resize-weights.ts';
import type { Shape4D } from '../../tfjs/window-info.ts';
import type { CorrectedKernel, CorrectedKernels } from './kernel.ts';
import { elementsOf } from './kernel.ts';

/** Every pixel gets what each new pixel took of it. */
function resizeGradient(weights: ResizeWeights): CorrectedKernel {
  return ({ dy, images }, attributes, backend) => {
    const gradient = dy as TensorInfo;
    const [batch, height, width, channels] = (images as TensorInfo).shape as Shape4D;
    const [, rows, columns] = gradient.shape as Shape4D;
    const given = attributes as unknown as ResizeAttributes;
    const [vertical, horizontal] = [weights(height, rows, given), weights(width, columns, given)];
    const slopes = elementsOf(backend, gradient);
    const dx = new Float64Array(elementCount([batch, height, width, channels]));
    for (let index = 0; index < slopes.length; index++) {
      const channel = index % channels;
      const column = Math.floor(index / channels) % columns;
      const row = Math.floor(index / (channels * columns)) % rows;
      const image = Math.floor(index / (channels * columns * rows));
      for (let h = 0; h < height; h++) {
        const share = (vertical[row * height + h] as number) * (slopes[index] as number);
        if (share === 0) continue;
        for (let w = 0; w < width; w++) {
          const x = ((image * height + h) * width + w) * channels + channel;
          dx[x] = (dx[x] as number) + share * (horizontal[column * width + w] as number);
        }
      }
    }
    return backend.makeTensorInfo([batch, height, width, channels], 'float32', Float32Array.from(dx));
  };
}

/** tfjs's gradients turn maps that are not square, read another image of the batch, and forget half-pixel centres. */
export const resizeGradientKernels: CorrectedKernels = {
  ResizeBilinearGrad: resizeGradient(bilinearWeights),
  ResizeNearestNeighborGrad: resizeGradient(nearestWeights),
};
