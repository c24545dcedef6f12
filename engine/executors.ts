import type { Executor, ExecutorName, ExecutorOptions } from './executor.ts';

/**
 * Opens an executor. Its library is loaded only now, so that a machine without PyTorch never looks for it. Libraries
 * that do not fit may abort the process: open what is not proven in a child process (`probe/`).
 * @throws EngineError EXECUTOR_UNAVAILABLE saying what is missing and what to do.
 */
export async function openExecutor(name: ExecutorName, options: ExecutorOptions): Promise<Executor> {
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
