import type { TraceKernels } from './kernel.ts';
import { activationKernels } from './kernels/activations.ts';
import { arithmeticKernels } from './kernels/arithmetic.ts';
import { blockKernels } from './kernels/blocks.ts';
import { convolutionKernels } from './kernels/convolution.ts';
import { einsumKernels } from './kernels/einsum.ts';
import { elementwiseKernels } from './kernels/elementwise.ts';
import { fusedKernels } from './kernels/fused.ts';
import { gatherKernels } from './kernels/gather.ts';
import { localResponseKernels } from './kernels/local-response.ts';
import { normalizationKernels } from './kernels/normalization.ts';
import { orderKernels } from './kernels/order.ts';
import { poolingKernels } from './kernels/pooling.ts';
import { reductionKernels } from './kernels/reduction.ts';
import { resizeKernels } from './kernels/resize.ts';
import { sequenceKernels } from './kernels/sequences.ts';
import { structureKernels } from './kernels/structure.ts';

/** Every kernel of TensorFlow.js that can be traced, by tfjs's name. */
export const TRACE_KERNELS: TraceKernels = {
  ...elementwiseKernels,
  ...activationKernels,
  ...arithmeticKernels,
  ...reductionKernels,
  ...orderKernels,
  ...structureKernels,
  ...gatherKernels,
  ...blockKernels,
  ...sequenceKernels,
  ...convolutionKernels,
  ...poolingKernels,
  ...localResponseKernels,
  ...normalizationKernels,
  ...resizeKernels,
  ...einsumKernels,
  ...fusedKernels,
};
