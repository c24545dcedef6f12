import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Executor, ExecutorName, ExecutorOptions } from '../../engine/mod.ts';
import { EngineError, openExecutor } from '../../engine/mod.ts';

/** Where `tickwork engine build` put its addons: tests use what the machine has. */
export const engineCache = join(
  process.env.XDG_CACHE_HOME || join(process.env.HOME || homedir(), '.cache'),
  'tickwork',
  'engine',
);

/** Opens an executor on one CPU thread in float32, unless told otherwise. */
export function openForTest(name: ExecutorName, options: Partial<ExecutorOptions> = {}): Promise<Executor> {
  return openExecutor(name, {
    threads: 1,
    device: 'cpu',
    precision: 'float32',
    deterministic: true,
    cacheFolder: engineCache,
    ...options,
  });
}

/** The executors that open on this machine: `onnx` and `cpu` everywhere, the others where they were built. */
export async function availableExecutors(): Promise<ExecutorName[]> {
  const available: ExecutorName[] = ['onnx', 'cpu'];
  for (const name of ['torch', 'tensorflow'] as const) {
    try {
      await (await openForTest(name)).dispose();
      available.push(name);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'EXECUTOR_UNAVAILABLE')) throw error;
    }
  }
  return available;
}
