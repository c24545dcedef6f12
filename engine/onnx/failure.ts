import type { EngineErrorCode } from '../errors.ts';
import { EngineError } from '../errors.ts';

/** How ONNX Runtime's allocators say that they failed, on the host and on a GPU. */
const OUT_OF_MEMORY = /failed to allocate memory|bad_alloc|out of memory|allocation failed/i;
/** How its providers say that their library or their device is not there. */
const NO_DEVICE =
  /failed to load shared library|get a webgpu adapter|no supported adapters|no cuda-capable device|cuda driver version/i;

/** @returns `error` as an EngineError: EXECUTOR_OUT_OF_MEMORY, EXECUTOR_UNAVAILABLE or EXECUTOR_FAILED. */
export function failureOf(what: string, error: unknown): EngineError {
  const message = error instanceof Error ? error.message : String(error);
  return new EngineError(codeOf(message), `${what}: ${message.trim()}`, { cause: error });
}

/** A call on a step, a state or an executor after its `dispose`. */
export function disposedOf(what: string): EngineError {
  return new EngineError('EXECUTOR_FAILED', `Expected ${what} to be open, got one disposed of. Open another one.`);
}

function codeOf(message: string): EngineErrorCode {
  if (OUT_OF_MEMORY.test(message)) return 'EXECUTOR_OUT_OF_MEMORY';
  return NO_DEVICE.test(message) ? 'EXECUTOR_UNAVAILABLE' : 'EXECUTOR_FAILED';
}
