import util from 'node:util';
import { findBackend, getKernel, registerBackend, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';
import { EngineError } from '../errors.ts';
import { withoutAdvice } from '../tfjs/active-backend.ts';
import { averagePoolKernels } from './kernels/average-pool.ts';
import { boolsAsIntegers, NOT_ON_BOOLS } from './kernels/bools.ts';
import { convolutionKernels } from './kernels/convolution.ts';
import { depthwiseConvolutionKernels } from './kernels/depthwise-convolution.ts';
import type { TensorFlowKernels } from './kernels/kernel.ts';
import { maxPoolKernels } from './kernels/max-pool.ts';
import { plainKernels } from './kernels/plain.ts';

/** The package's kernels are registered under this name. */
export const BACKEND = 'tensorflow';

const KERNELS: TensorFlowKernels = {
  ...convolutionKernels,
  ...depthwiseConvolutionKernels,
  ...maxPoolKernels,
  ...averagePoolKernels,
  ...plainKernels,
};

/** The backend that this process has loaded; it stays, with its library, until the process ends. */
export function loadedBackend(): NodeJSKernelBackend | undefined {
  return (findBackend(BACKEND) as NodeJSKernelBackend | null) ?? undefined;
}

/**
 * Makes a tfjs backend of a loaded addon. The package's own entry is passed over, for it looks for its own addon and
 * takes over tfjs's active backend.
 */
export async function registerTensorFlow(addon: unknown): Promise<NodeJSKernelBackend> {
  restoreRemovedFunctions();
  await withoutAdvice(() => import('@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js'));
  const { NodeJSKernelBackend: Backend } = await import('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js');
  if (getKernel('Conv2D', BACKEND) === undefined) {
    throw new EngineError(
      'EXECUTOR_UNAVAILABLE',
      'Expected one @tensorflow/tfjs-core for the engine and @tensorflow/tfjs-node-gpu, got two. Run npm dedupe.',
    );
  }
  for (const [kernelName, kernel] of Object.entries(KERNELS)) {
    unregisterKernel(kernelName, BACKEND);
    registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs, backend }) =>
        kernel(inputs as Parameters<typeof kernel>[0], attrs ?? {}, backend as NodeJSKernelBackend),
    });
  }
  for (const kernelName of NOT_ON_BOOLS) {
    const own = getKernel(kernelName, BACKEND);
    unregisterKernel(kernelName, BACKEND);
    registerKernel({ ...own, kernelFunc: boolsAsIntegers(own.kernelFunc) });
  }
  const backend = new Backend(addon as NodeJSKernelBackend['binding'], '@tensorflow/tfjs-node-gpu');
  registerBackend(BACKEND, () => backend);
  // tfjs knows a backend only once it has asked for it.
  findBackend(BACKEND);
  return backend;
}

/** Node.js 23 removed what the package of 2024 still calls (tfjs#8425). */
export function restoreRemovedFunctions(target: object = util): void {
  const removed = {
    isArray: Array.isArray,
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  };
  for (const [name, value] of Object.entries(removed)) {
    if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true, writable: true });
  }
}
