import { env, InferenceSession } from 'onnxruntime-node';
import { EngineError } from '../errors.ts';
import type { Executor, ExecutorOptions } from '../executor.ts';
import { simplifyGraph } from '../graph/simplify.ts';
import { traceStep } from '../trace/trace-step.ts';
import { createCompiledStep } from './compiled-step.ts';
import { encodeModel } from './encode-model.ts';
import { lowerGraph } from './lower.ts';
import type { OnnxState } from './state.ts';
import { createOnnxState } from './state.ts';

/** Device, precision and the cache have defaults here, as ONNX Runtime's CPU kernels need none of them. */
export type OnnxExecutorOptions = Pick<ExecutorOptions, 'threads'> & Partial<ExecutorOptions>;

/** Runs a whole step in one call of ONNX Runtime's CPU kernels. */
export function createOnnxExecutor({ threads }: OnnxExecutorOptions): Executor {
  const states = new WeakMap<object, OnnxState>();
  const sessions = new Set<InferenceSession>();
  const release = async (session: InferenceSession): Promise<void> => {
    if (sessions.delete(session)) await session.release();
  };
  return {
    describe: () => ({
      executor: 'onnx',
      library: `onnxruntime-node ${env.versions.node}`,
      device: 'cpu',
      precision: 'float32',
      threads,
      deterministic: true,
    }),
    async compile(step) {
      const graph = simplifyGraph(traceStep(step));
      const bytes = encodeModel(lowerGraph(graph));
      const session = await openSession(step.name, bytes, threads);
      sessions.add(session);
      return createCompiledStep(step, graph, session, {
        stateOf: (state) => states.get(state),
        release: () => release(session),
      });
    },
    createState(values) {
      const state = createOnnxState(values);
      states.set(state.handle, state);
      return state.handle;
    },
    async dispose() {
      for (const session of [...sessions].reverse()) await release(session);
    },
  };
}

async function openSession(name: string, model: Uint8Array, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(model, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Failures are thrown, not printed as well.
      logSeverityLevel: 4,
    });
  } catch (error) {
    throw new EngineError('EXECUTOR_FAILED', `ONNX Runtime refused step '${name}': ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
