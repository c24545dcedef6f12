import { EngineError } from './errors.ts';
import type { Executor, ExecutorName, ExecutorOptions } from './executor.ts';

/**
 * Opens an executor. Its library is loaded only now, so that a machine without PyTorch never looks for it. Libraries
 * that do not fit may abort the process: open what is not proven in a child process (`probe/`).
 * @throws EngineError EXECUTOR_UNAVAILABLE saying what is missing and what to do; also where the executor has opened on
 *   another device or in another precision than was asked for: there is no silent fallback.
 */
export async function openExecutor(name: ExecutorName, options: ExecutorOptions): Promise<Executor> {
  const executor = await load(name, options);
  const { device, precision } = executor.describe();
  const [kind = ''] = device.split(' ', 1);
  if (kind === options.device && precision === options.precision) return executor;
  await executor.dispose();
  throw new EngineError(
    'EXECUTOR_UNAVAILABLE',
    `Expected the ${name} executor on ${options.device} in ${options.precision}, got one on ${device} in ${precision}. ` +
      'Choose another executor, device or precision.',
  );
}

async function load(name: ExecutorName, options: ExecutorOptions): Promise<Executor> {
  switch (name) {
    case 'onnx':
      return (await import('./onnx/executor.ts')).createOnnxExecutor(options);
    case 'torch':
      return (await import('./torch/executor.ts')).createTorchExecutor(options);
    case 'tensorflow':
      return (await import('./tensorflow/executor.ts')).createTensorFlowExecutor(options);
    case 'cpu':
      return (await import('./cpu/executor.ts')).createCpuExecutor();
  }
}
