/**
 * - `STEP_UNTRACEABLE`: the step reads a value, draws random numbers, captures a tensor or uses an unknown kernel.
 * - `STEP_SHAPE`: a shape, dtype or name does not agree with the step's signature.
 * - `EXECUTOR_FAILED`: the executor's library refused the compiled step or failed while running it.
 */
export type EngineErrorCode = 'STEP_UNTRACEABLE' | 'STEP_SHAPE' | 'EXECUTOR_FAILED';

/** The only error the engine throws on purpose. It knows nothing of sweeps, so its host maps the code to its own. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
