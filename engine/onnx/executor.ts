import { env } from 'onnxruntime-node';
import type { CompiledStep, Executor, ExecutorOptions } from '../executor.ts';
import { simplifyGraph } from '../graph/simplify.ts';
import { traceStep } from '../trace/trace-step.ts';
import { createCompiledStep } from './compiled-step.ts';
import { encodeModel } from './encode-model.ts';
import { disposedOf } from './failure.ts';
import { createFixedChoice } from './formulations/fixed-table.ts';
import { openRuntime } from './library/open-runtime.ts';
import type { Session } from './library/runtime.ts';
import { lowerGraph } from './lower.ts';
import { requireProvider } from './provider.ts';
import { openSession } from './session.ts';
import type { OnnxState } from './state.ts';
import { createOnnxState } from './state.ts';
import { tuningTasks } from './tuning/tasks.ts';
import { tune } from './tuning/tune.ts';

/** Milliseconds that the first compilation of a step may spend on timing its convolutions. */
const TUNING_BUDGET = 5_000;

/** Device, precision and the cache have defaults here, as ONNX Runtime's CPU kernels need none of them. */
export type OnnxExecutorOptions = Pick<ExecutorOptions, 'threads'> & Partial<ExecutorOptions>;

/**
 * Runs a whole step in one call of ONNX Runtime: its CPU kernels, or those of a GPU where its provider is installed.
 * @throws EngineError EXECUTOR_UNAVAILABLE where ONNX Runtime has no such device or precision.
 */
export function createOnnxExecutor(
  options: OnnxExecutorOptions,
  now: () => number = () => performance.now(),
): Executor {
  const { threads, device = 'cpu', precision = 'float32', cacheFolder } = options;
  // Without a folder to remember them in, timings would be taken again and again.
  const tuned = options.deterministic === false && cacheFolder !== undefined;
  const provider = requireProvider(device, precision);
  const runtime = openRuntime(device);
  const states = new WeakMap<object, OnnxState>();
  const sessions = new Set<Session>();
  const steps = new Set<CompiledStep>();
  let disposed = false;
  const release = async (session: Session): Promise<void> => {
    if (sessions.delete(session)) await session.release();
  };
  return {
    describe: () => ({
      executor: 'onnx',
      library: `onnxruntime-node ${env.versions.node}`,
      device,
      precision,
      threads,
      // What is timed may be chosen otherwise the next time, and GPU kernels add in an order of the hardware's choosing.
      deterministic: device === 'cpu' && !tuned,
    }),
    async compile(step, { brief = false } = {}) {
      if (disposed) throw disposedOf('the onnx executor');
      const graph = simplifyGraph(traceStep(step));
      const fixed = createFixedChoice();
      const choice =
        tuned && !brief
          ? await tune(tuningTasks(graph), {
              runtime,
              threads,
              provider,
              now,
              cacheFolder,
              budget: TUNING_BUDGET,
              fallback: fixed,
            })
          : fixed;
      const session = await openSession(runtime, step.name, encodeModel(lowerGraph(graph, choice)), threads, provider);
      sessions.add(session);
      const compiled = createCompiledStep(step, graph, session, {
        runtime,
        stateOf: (state) => states.get(state),
        release() {
          steps.delete(compiled);
          return release(session);
        },
      });
      steps.add(compiled);
      return compiled;
    },
    createState(values) {
      const state = createOnnxState(runtime, values);
      states.set(state.handle, state);
      return state.handle;
    },
    async dispose() {
      disposed = true;
      for (const step of [...steps].reverse()) await step.dispose();
      steps.clear();
    },
  };
}
