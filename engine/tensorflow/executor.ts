import { EngineError } from '../errors.ts';
import type { Executor, ExecutorOptions, StepState } from '../executor.ts';
import { traceStep } from '../trace/trace-step.ts';
import { createCompiledStep } from './compiled-step.ts';
import { loadTensorFlow } from './library.ts';
import type { DeviceState } from './state.ts';
import { createDeviceState } from './state.ts';

/**
 * Runs the step's own function kernel by kernel on TensorFlow, through `@tensorflow/tfjs-node-gpu`; weights and
 * optimiser slots stay on the device. The library is loaded into this process and stays: options that it reads while
 * it is loaded (threads, device, precision, determinism) are the same for all executors of a process.
 *
 * @param env of this process; what TensorFlow reads from it is set here, but for `LD_LIBRARY_PATH`, see
 *   `tensorflowEnvironment`.
 * @throws EngineError EXECUTOR_UNAVAILABLE saying what is missing and what to do.
 */
export async function createTensorFlowExecutor(
  options: ExecutorOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Executor> {
  const { library, device } = await loadTensorFlow(options, env);
  const { precision, threads, deterministic } = options;
  const states = new Map<StepState, DeviceState>();
  return {
    describe: () => ({ executor: 'tensorflow', library, device, precision, threads, deterministic }),
    async compile(step) {
      // A step that could not be compiled elsewhere is refused here too, with the same message.
      traceStep(step);
      return createCompiledStep(step, (state) => states.get(state));
    },
    createState(values) {
      try {
        const { handle, entries } = createDeviceState(values);
        states.set(handle, entries);
        return handle;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new EngineError('EXECUTOR_OUT_OF_MEMORY', `Expected the state to fit into memory, got: ${message}`, {
          cause: error,
        });
      }
    },
    async dispose() {
      for (const state of states.keys()) state.dispose();
      states.clear();
    },
  };
}
