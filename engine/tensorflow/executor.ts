import { EngineError } from '../errors.ts';
import type { Executor, ExecutorOptions } from '../executor.ts';

export async function createTensorFlowExecutor(_options: ExecutorOptions): Promise<Executor> {
  throw new EngineError('EXECUTOR_UNAVAILABLE', 'Expected the tensorflow executor, got none in this build.');
}
