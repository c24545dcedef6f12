import { getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs-core';
import { convolutionGradientKernels } from './kernels/convolution-gradients.ts';
import type { CorrectedKernels } from './kernels/kernel.ts';
import { correcting } from './kernels/kernel.ts';
import { poolGradientKernels } from './kernels/pool-gradients.ts';
import { resizeGradientKernels } from './kernels/resize-gradients.ts';

const CORRECTED: CorrectedKernels = { ...convolutionGradientKernels, ...poolGradientKernels, ...resizeGradientKernels };

/**
 * Runs `body` with kernels in place of those of tfjs's `cpu` backend that are wrong for some attributes; for all others
 * tfjs's own still run. Puts them back afterwards.
 */
export function withCorrectedKernels<T>(body: () => T): T {
  const own = Object.keys(CORRECTED).flatMap((name) => getKernel(name, 'cpu') ?? []);
  for (const config of own) {
    unregisterKernel(config.kernelName, 'cpu');
    const kernel = CORRECTED[config.kernelName];
    registerKernel(kernel ? { ...config, kernelFunc: correcting(kernel, config.kernelFunc) } : config);
  }
  try {
    return body();
  } finally {
    for (const config of own) {
      unregisterKernel(config.kernelName, 'cpu');
      registerKernel(config);
    }
  }
}
