import type { CompiledStep, HostTensor, RunInputs, StepState } from '../executor.ts';
import type { StepGraph } from '../graph/graph.ts';
import { nodeAt } from '../graph/graph.ts';
import { checkRunInputs, checkState } from '../run-inputs.ts';
import { elementCount } from '../shape.ts';
import type { Step } from '../step.ts';
import { disposedOf, failureOf } from './failure.ts';
import type { OnnxRuntime, RuntimeTensor, Session } from './library/runtime.ts';
import { valueName } from './lower.ts';
import type { OnnxState, StateEntry } from './state.ts';

interface Owner {
  readonly runtime: OnnxRuntime;
  stateOf(state: StepState): OnnxState | undefined;
  release(): Promise<void>;
}

type Tensors = Record<string, RuntimeTensor>;

/**
 * A step in a session. Results go to memory set aside before: state to the spare copies, metrics to the caller's own.
 * Runs on one state wait for each other in the order in which they were asked for.
 */
export function createCompiledStep(step: Step, graph: StepGraph, session: Session, owner: Owner): CompiledStep {
  const used = new Set(session.inputNames);
  const replaced = Object.keys(graph.outputs.state);
  const running = new Set<Promise<unknown>>();
  let disposed = false;
  const runOnce = async (state: OnnxState, inputs: RunInputs): Promise<Record<string, HostTensor>> => {
    const entries = checkState(step, state.entries);
    const metrics = metricBuffers(graph);
    const passing: RuntimeTensor[] = [];
    const wrap = ({ data, shape }: HostTensor): RuntimeTensor => {
      const tensor = owner.runtime.tensor(data, shape);
      passing.push(tensor);
      return tensor;
    };
    const fetches: Tensors = {};
    for (const name of replaced) fetches[valueName('new-state', name)] = entries[name]?.spare as RuntimeTensor;
    for (const [name, metric] of Object.entries(metrics)) fetches[valueName('metrics', name)] = wrap(metric);
    try {
      await session.run(feedsOf(step, used, entries, inputs, wrap), fetches);
    } catch (error) {
      throw failureOf(`ONNX Runtime failed in step '${step.name}'`, error);
    } finally {
      for (const tensor of passing) tensor.release();
    }
    for (const name of replaced) entries[name]?.swap();
    return metrics;
  };
  return {
    async run(handle, inputs) {
      if (disposed) throw disposedOf(`step '${step.name}'`);
      const state = owner.stateOf(handle);
      checkState(step, state?.entries);
      checkRunInputs(step, inputs);
      const run = (state as OnnxState).enqueue(() => runOnce(state as OnnxState, inputs));
      running.add(run);
      try {
        return await run;
      } finally {
        running.delete(run);
      }
    },
    async dispose() {
      // What was asked for before still needs the session.
      disposed = true;
      await Promise.allSettled(running);
      await owner.release();
    },
  };
}

/** The session's inputs by name; those that no result depends on are not among them. */
function feedsOf(
  { signature }: Step,
  used: ReadonlySet<string>,
  entries: Readonly<Record<string, StateEntry>>,
  inputs: RunInputs,
  wrap: (tensor: HostTensor) => RuntimeTensor,
): Tensors {
  const feeds: Tensors = {};
  const feed = (name: string, tensor: () => RuntimeTensor): void => {
    if (used.has(name)) feeds[name] = tensor();
  };
  for (const [name, entry] of Object.entries(entries)) feed(valueName('state', name), () => entry.current);
  for (const role of ['batch', 'noise'] as const) {
    for (const name of Object.keys(signature[role])) {
      feed(valueName(role, name), () => wrap(inputs[role][name] as HostTensor));
    }
  }
  for (const name of signature.scalars) {
    feed(valueName('scalars', name), () =>
      wrap({ shape: [], data: Float32Array.of(inputs.scalars[name] ?? Number.NaN) }),
    );
  }
  return feeds;
}

function metricBuffers(graph: StepGraph): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(graph.outputs.metrics).map(([name, index]) => {
      const { shape, dtype } = nodeAt(graph.nodes, index);
      const count = elementCount(shape);
      return [name, { shape: [...shape], data: dtype === 'float32' ? new Float32Array(count) : new Int32Array(count) }];
    }),
  );
}
