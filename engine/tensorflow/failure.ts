import { EngineError } from '../errors.ts';

/** TF_RESOURCE_EXHAUSTED is status 8. */
const OUT_OF_MEMORY = /OOM when allocating|Invalid TF_Status: 8\b|RESOURCE_EXHAUSTED|out of memory|failed to allocate/i;
/** How TensorFlow and CUDA say that the device has gone, or never was. */
const NO_DEVICE =
  /CUDA_ERROR_(NO_DEVICE|DEVICE_UNAVAILABLE|ECC_UNCORRECTABLE|LAUNCH_FAILED|LAUNCH_TIMEOUT|NOT_INITIALIZED|SYSTEM_DRIVER_MISMATCH|UNKNOWN)|no CUDA-capable device|GPU is lost/i;

/**
 * @param stepName for the message
 * @returns `error` as an EngineError: EXECUTOR_OUT_OF_MEMORY, EXECUTOR_UNAVAILABLE or EXECUTOR_FAILED; an error of the
 *   engine itself, or what is no Error, as it is.
 */
export function failureOf(stepName: string, error: unknown): unknown {
  if (error instanceof EngineError || !(error instanceof Error)) return error;
  const message = error.message.replaceAll('\n', ' ');
  if (OUT_OF_MEMORY.test(message)) {
    return new EngineError(
      'EXECUTOR_OUT_OF_MEMORY',
      `Expected step '${stepName}' to fit into the memory of the device, got: ${message}. Use a smaller batch.`,
      { cause: error },
    );
  }
  const code = NO_DEVICE.test(message) ? 'EXECUTOR_UNAVAILABLE' : 'EXECUTOR_FAILED';
  return new EngineError(code, `TensorFlow failed in step '${stepName}': ${message}`, { cause: error });
}
