/**
 * - `STEP_UNTRACEABLE`: the step reads a value, draws random numbers, captures a tensor or uses an unknown kernel.
 * - `STEP_SHAPE`: a shape, dtype or name does not agree with the step's signature.
 * - `EXECUTOR_FAILED`: the executor's library refused the compiled step or failed while running it.
 * - `EXECUTOR_UNAVAILABLE`: its library, addon or device is not on this machine, or not one that works. The message says
 *   which, and what to do.
 * - `EXECUTOR_WRONG`: its numbers differ from the stored or the oracle's by more than rounding.
 * - `EXECUTOR_OUT_OF_MEMORY`: the device or the host has no memory left for the step.
 * - `ADDON_BUILD_FAILED`: the compiler, a header or a library was missing or refused; the message has its last lines.
 */
export type EngineErrorCode =
  | 'STEP_UNTRACEABLE'
  | 'STEP_SHAPE'
  | 'EXECUTOR_FAILED'
  | 'EXECUTOR_UNAVAILABLE'
  | 'EXECUTOR_WRONG'
  | 'EXECUTOR_OUT_OF_MEMORY'
  | 'ADDON_BUILD_FAILED';

/** The only error the engine throws on purpose. It knows nothing of sweeps, so its host maps the code to its own. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
