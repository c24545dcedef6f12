import type { EngineErrorCode } from '../errors.ts';
import { EngineError } from '../errors.ts';

/** How libtorch's allocators say that they failed. */
const OUT_OF_MEMORY = /out of memory|can't allocate memory|bad_alloc|not enough memory/i;

/** How CUDA says that its device is not there any more, or never was: the process cannot use it again. */
const NO_DEVICE =
  /no CUDA-capable device|no CUDA GPUs|invalid device ordinal|CUDA driver version|CUDA error: (unspecified launch failure|unknown error|all CUDA-capable devices are busy|uncorrectable ECC|the launch timed out|device .*(lost|removed)|initialization error)|GPU is lost/i;

/**
 * Runs a call of the addon.
 * @throws EngineError EXECUTOR_OUT_OF_MEMORY, EXECUTOR_UNAVAILABLE where the device has gone, or EXECUTOR_FAILED, with
 *   libtorch's message.
 */
export function failure<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    const code = codeOf(message);
    throw new EngineError(code, `Expected libtorch to ${what}, got: ${message}`, { cause: error });
  }
}

function codeOf(message: string): EngineErrorCode {
  if (OUT_OF_MEMORY.test(message)) return 'EXECUTOR_OUT_OF_MEMORY';
  return NO_DEVICE.test(message) ? 'EXECUTOR_UNAVAILABLE' : 'EXECUTOR_FAILED';
}
