import type { Tensor4D } from '@tensorflow/tfjs-core';
import { tidy } from '@tensorflow/tfjs-core';
import { fitted, unfitted } from './extent.ts';
import type { TensorFlowKernel, TensorFlowKernels } from './kernel.ts';
import { execute } from './kernel.ts';
import { poolProblem } from './pool-problem.ts';

const float32 = { T: 'float32' } as const;

const maxPool: TensorFlowKernel = ({ x }, attributes, backend) =>
  tidy(() => {
    const image = x as Tensor4D;
    const { extent, values } = poolProblem(image.shape, undefined, attributes);
    return execute(backend, 'MaxPool', [fitted(image, extent, Number.NEGATIVE_INFINITY)], float32, values);
  });

const maxPoolGrad: TensorFlowKernel = ({ dy, input, output }, attributes, backend) =>
  tidy(() => {
    const [gradient, image] = [dy as Tensor4D, input as Tensor4D];
    const { extent, values } = poolProblem(image.shape, gradient.shape, attributes);
    const operands = [fitted(image, extent, Number.NEGATIVE_INFINITY), output as Tensor4D, gradient];
    return unfitted(execute(backend, 'MaxPoolGrad', operands, float32, values), extent);
  });

/** Max pools of any padding and rounding. */
export const maxPoolKernels: TensorFlowKernels = { MaxPool: maxPool, MaxPoolGrad: maxPoolGrad };
