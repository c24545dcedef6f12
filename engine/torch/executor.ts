import { EngineError } from '../errors.ts';
import type { Executor, ExecutorOptions, StepState } from '../executor.ts';
import { simplifyGraph } from '../graph/simplify.ts';
import { traceStep } from '../trace/trace-step.ts';
import { loadTorch } from './addon.ts';
import { createCompiledStep } from './compiled-step.ts';
import { failure } from './failure.ts';
import { lowerToProgram } from './lower.ts';
import type { TorchState } from './state.ts';
import { createTorchState } from './state.ts';

/**
 * `1` keeps a step's inputs, state and metrics at fixed addresses and, on a GPU with a PyTorch that has ATen/accelerator/Graph.h (2.13), records the step as a
 * CUDA graph after three runs and replays it. Never tried on a GPU yet, so it is asked for, not assumed.
 */
export const REPLAY_VARIABLE = 'TICKWORK_TORCH_REPLAY';

/**
 * Runs the step graph on the libtorch of this machine's PyTorch: an interpreter in C++ (addon/) with one crossing a step,
 * state on the device, NHWC tensors as channels-last views. Threads and switches are libtorch's own: executors of one
 * process share those of the last one created.
 * @param env where PyTorch is looked for, and `REPLAY_VARIABLE`.
 * @throws EngineError EXECUTOR_UNAVAILABLE saying what is missing and what to do.
 */
export async function createTorchExecutor(
  options: ExecutorOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Executor> {
  checkOptions(options);
  const { threads, device, precision, deterministic, cacheFolder } = options;
  const torch = await loadTorch(cacheFolder, env);
  const { version, cuda } = failure('set its threads', () =>
    torch.setUp({ threads, tf32: precision === 'tf32', deterministic }),
  );
  if (device === 'cuda' && !cuda) {
    throw new EngineError(
      'EXECUTOR_UNAVAILABLE',
      `Expected PyTorch ${version} to see a GPU, got none. Install a PyTorch with CUDA and a driver that fits it, and ` +
        'look at CUDA_VISIBLE_DEVICES.',
    );
  }
  const states = new Map<StepState, TorchState>();
  return {
    describe: () => ({ executor: 'torch', library: `libtorch ${version}`, device, precision, threads, deterministic }),
    async compile(step) {
      const program = lowerToProgram(simplifyGraph(traceStep(step)));
      const compiled = failure(`take step '${step.name}'`, () =>
        torch.compile({
          ...program,
          device,
          bfloat16: precision === 'bfloat16',
          fixedMemory: env[REPLAY_VARIABLE] === '1',
          scalars: program.scalars.map(({ slot }) => slot),
          metrics: program.metrics.map(({ slot }) => slot),
        }),
      );
      return createCompiledStep(torch, step, program, compiled, (state) => states.get(state));
    },
    createState(values) {
      const { state, inside } = createTorchState(torch, device, values);
      states.set(state, inside);
      return state;
    },
    async dispose() {
      for (const state of states.keys()) state.dispose();
      states.clear();
      torch.releaseMemory();
    },
  };
}

function checkOptions({ device, precision }: ExecutorOptions): void {
  const refuse = (field: string, range: string, got: string): EngineError =>
    new EngineError('EXECUTOR_UNAVAILABLE', `Expected the ${field} of the torch executor to be ${range}, got ${got}.`);
  if (device === 'webgpu') throw refuse('device', 'cpu or cuda', device);
  if (precision === 'tf32' && device !== 'cuda') throw refuse('precision on the CPU', 'float32 or bfloat16', precision);
}
