import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { EngineError } from '../errors.ts';
import type { CompiledStep, HostTensor, StepState } from '../executor.ts';
import type { StepGraph } from '../graph/graph.ts';
import { nodeAt } from '../graph/graph.ts';
import { checkRunInputs, checkState } from '../run-inputs.ts';
import { elementCount } from '../shape.ts';
import type { Step } from '../step.ts';
import { valueName } from './lower.ts';
import type { OnnxState } from './state.ts';
import { toTensor } from './state.ts';

interface Owner {
  stateOf(state: StepState): OnnxState | undefined;
  release(): Promise<void>;
}

/** A step in a session. Results go to memory set aside before: state to the spare copies, metrics to buffers. */
export function createCompiledStep(
  step: Step,
  graph: StepGraph,
  session: InferenceSession,
  owner: Owner,
): CompiledStep {
  const used = new Set(session.inputNames);
  const replaced = Object.keys(graph.outputs.state);
  const metrics = metricBuffers(graph);
  const scalars = Object.fromEntries(step.signature.scalars.map((name) => [name, toTensor(new Float32Array(1), [])]));
  return {
    async run(state, inputs) {
      const entries = checkState(step, owner.stateOf(state)?.entries);
      checkRunInputs(step, inputs);
      const feeds: Record<string, Tensor> = {};
      const feed = (name: string, tensor: () => Tensor): void => {
        if (used.has(name)) feeds[name] = tensor();
      };
      for (const [name, entry] of Object.entries(entries)) feed(valueName('state', name), () => entry.current);
      for (const role of ['batch', 'noise'] as const) {
        for (const name of Object.keys(step.signature[role])) {
          const { data, shape } = inputs[role][name] as HostTensor;
          feed(valueName(role, name), () => toTensor(data, shape));
        }
      }
      for (const [name, tensor] of Object.entries(scalars)) {
        (tensor.data as Float32Array)[0] = inputs.scalars[name] ?? Number.NaN;
        feed(valueName('scalars', name), () => tensor);
      }
      const fetches: Record<string, Tensor> = {};
      for (const name of replaced) fetches[valueName('new-state', name)] = entries[name]?.spare as Tensor;
      for (const [name, tensor] of Object.entries(metrics)) fetches[valueName('metrics', name)] = tensor;
      await runSession(step, session, feeds, fetches);
      for (const name of replaced) entries[name]?.swap();
      return Object.fromEntries(Object.entries(metrics).map(([name, tensor]) => [name, copyOf(tensor)]));
    },
    dispose: () => owner.release(),
  };
}

function metricBuffers(graph: StepGraph): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(
    Object.entries(graph.outputs.metrics).map(([name, index]) => {
      const { shape, dtype } = nodeAt(graph.nodes, index);
      const count = elementCount(shape);
      return [name, toTensor(dtype === 'float32' ? new Float32Array(count) : new Int32Array(count), shape)];
    }),
  );
}

async function runSession(
  step: Step,
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  fetches: Record<string, Tensor>,
): Promise<void> {
  try {
    await session.run(feeds, fetches);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new EngineError('EXECUTOR_FAILED', `ONNX Runtime failed in step '${step.name}': ${message}`, {
      cause: error,
    });
  }
}

function copyOf({ data, dims }: Tensor): HostTensor {
  return { shape: [...dims], data: (data as Float32Array | Int32Array).slice() };
}
