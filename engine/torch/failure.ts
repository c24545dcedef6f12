import { EngineError } from '../errors.ts';

/** How libtorch's allocators say that they failed. */
const OUT_OF_MEMORY = /out of memory|can't allocate memory|bad_alloc|not enough memory/i;

/** Runs a call of the addon. @throws EngineError EXECUTOR_OUT_OF_MEMORY or EXECUTOR_FAILED with libtorch's message. */
export function failure<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    const code = OUT_OF_MEMORY.test(message) ? 'EXECUTOR_OUT_OF_MEMORY' : 'EXECUTOR_FAILED';
    throw new EngineError(code, `Expected libtorch to ${what}, got: ${message}`, { cause: error });
  }
}
