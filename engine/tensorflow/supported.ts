import { EngineError } from '../errors.ts';
import type { ExecutorOptions } from '../executor.ts';

/** The oldest wheel whose C library the addon's sources were tried with. */
const OLDEST = [2, 16] as const;

/** @throws EngineError EXECUTOR_UNAVAILABLE for a device or a precision that TensorFlow.js's backend does not have. */
export function checkOptions({ device, precision, threads }: ExecutorOptions): void {
  const refuse = (message: string): never => {
    throw new EngineError('EXECUTOR_UNAVAILABLE', `${message} Choose another executor, or change the option.`);
  };
  if (!Number.isInteger(threads) || threads < 1) refuse(`Expected threads to be an integer ≥ 1, got ${threads}.`);
  if (device === 'webgpu') refuse("Expected the tensorflow executor's device to be cpu or cuda, got webgpu.");
  if (precision === 'bfloat16')
    refuse("Expected the tensorflow executor's precision to be float32 or tf32, got bfloat16.");
  if (precision === 'tf32' && device !== 'cuda')
    refuse(`Expected precision float32 on ${device}, got tf32, which GPUs have.`);
}

/** @throws EngineError EXECUTOR_UNAVAILABLE for a wheel that is too old to build the addon against. */
export function checkWheel(version: string): void {
  if (isOlder(version, OLDEST)) {
    throw new EngineError(
      'EXECUTOR_UNAVAILABLE',
      `Expected TensorFlow ≥ ${OLDEST.join('.')}, got ${version}. Install a newer one: pip install -U tensorflow.`,
    );
  }
}

/**
 * Why a build of TensorFlow cannot use a GPU, or `undefined`.
 * - Wheels of PyPI up to 2.22 fail on compute capability 12 with CUDA_ERROR_INVALID_PTX (tensorflow#89272, #101746);
 *   NVIDIA's builds, whose version ends in `+nv…`, work.
 * - The npm package's own library, 2.9.1, is linked to CUDA 11.2, older than compute capability 9.
 * @param computeCapability as nvidia-smi prints it: `9.0`.
 */
export function gpuFault(version: string, computeCapability: string): string | undefined {
  const capability = Number.parseFloat(computeCapability);
  if (isOlder(version, [2, 10]) && capability >= 9)
    return `its CUDA 11 is older than GPUs of compute capability ${computeCapability}`;
  if (!/\+nv/.test(version) && isOlder(version, [2, 23]) && capability >= 12) {
    return `its wheels fail on GPUs of compute capability ${computeCapability}; NVIDIA's own builds work`;
  }
  return undefined;
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return a < major || (a === major && b < minor);
}
