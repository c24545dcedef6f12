import type { Tensor4D } from '@tensorflow/tfjs-core';
import { div, ones, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import { fitted, fittedShape, unfitted } from './extent.ts';
import type { TensorFlowKernel, TensorFlowKernels } from './kernel.ts';
import { execute } from './kernel.ts';
import type { PoolProblem } from './pool-problem.ts';
import { poolProblem } from './pool-problem.ts';

const float32 = { T: 'float32' } as const;

const avgPool: TensorFlowKernel = ({ x }, attributes, backend) =>
  tidy(() => {
    const image = x as Tensor4D;
    const problem = poolProblem(image.shape, undefined, attributes);
    const y = execute(backend, 'AvgPool', [fitted(image, problem.extent, 0)], float32, problem.values);
    const share = coverage(image.shape, problem, backend);
    return share === undefined ? y : div(y, share);
  });

const avgPoolGrad: TensorFlowKernel = ({ dy, input }, attributes, backend) =>
  tidy(() => {
    const { shape } = input as Tensor4D;
    const problem = poolProblem(shape, (dy as Tensor4D).shape, attributes);
    const share = coverage(shape, problem, backend);
    const gradient = share === undefined ? (dy as Tensor4D) : (div(dy as Tensor4D, share) as Tensor4D);
    const size = tensor1d(fittedShape(shape, problem.extent), 'int32');
    return unfitted(execute(backend, 'AvgPoolGrad', [size, gradient], float32, problem.values), problem.extent);
  });

/** The share of each window that lies on the image, for padding counts as nothing; `undefined` where it is 1. */
function coverage(shape: readonly number[], problem: PoolProblem, backend: NodeJSKernelBackend): Tensor4D | undefined {
  const { extent, values } = problem;
  if (Math.max(...extent.rows, ...extent.columns) <= 0) return undefined;
  const image = ones([1, shape[1] ?? 0, shape[2] ?? 0, 1]) as Tensor4D;
  return execute(backend, 'AvgPool', [fitted(image, extent, 0)], float32, values);
}

/** Average pools of any padding and rounding, whose averages are of the pixels on the image alone. */
export const averagePoolKernels: TensorFlowKernels = { AvgPool: avgPool, AvgPoolGrad: avgPoolGrad };
