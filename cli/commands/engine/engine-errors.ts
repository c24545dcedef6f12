import { ERROR_CODES, type ErrorCode, TickworkError } from '../../../core/errors.ts';

/**
 * Runs part of a command; what the engine says of this machine becomes an error of the command line, with the same code
 * where Tickwork has it too.
 */
export async function tellEngineErrors<T>(body: () => Promise<T>): Promise<T> {
  const { EngineError } = await import('../../../engine/probe/mod.ts');
  try {
    return await body();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const code: ErrorCode = error.code in ERROR_CODES ? (error.code as ErrorCode) : 'INTERNAL';
    throw new TickworkError(code, error.message, { cause: error });
  }
}
