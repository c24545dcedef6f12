import type { Tensor } from '@tensorflow/tfjs-core';
import { tensor, version_core } from '@tensorflow/tfjs-core';
import type { CompiledStep, Executor, HostTensor, RunInputs, StepState } from '../executor.ts';
import { checkRunInputs, checkState } from '../run-inputs.ts';
import { elementCount } from '../shape.ts';
import type { NamedTensors, Step } from '../step.ts';
import { withBackend, withoutAdvice } from '../tfjs/active-backend.ts';
import { withCompleteGradients } from '../tfjs/complete-gradients.ts';
import { traceStep } from '../trace/trace-step.ts';
import { withCorrectedKernels } from './corrected-kernels.ts';

type Values = Record<string, HostTensor>;

/**
 * Runs steps kernel by kernel on tfjs's own `cpu` backend: slow, with sums in double precision, written by others than
 * the compiled executors: the oracle of their tests. State lives in host memory, so no tfjs tensor outlives a call.
 */
export function createCpuExecutor(): Executor {
  const states = new WeakMap<StepState, Values>();
  return {
    describe: () => ({
      executor: 'cpu',
      library: `@tensorflow/tfjs-backend-cpu ${version_core}`,
      device: 'cpu',
      precision: 'float32',
      threads: 1,
      deterministic: true,
    }),
    async compile(step) {
      // A step that could not be compiled elsewhere is refused here too, with the same message.
      traceStep(step);
      return compiledStep(step, states);
    },
    createState(given) {
      const values: Values = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, copy(value)]));
      const state: StepState = {
        names: Object.keys(values),
        async read(name) {
          const value = values[name];
          if (value === undefined) throw new RangeError(`Expected a state entry, got '${name}'.`);
          return copy(value);
        },
        dispose() {
          for (const name of Object.keys(values)) delete values[name];
        },
      };
      states.set(state, values);
      return state;
    },
    async dispose() {},
  };
}

function compiledStep(step: Step, states: WeakMap<StepState, Values>): CompiledStep {
  return {
    async run(state, inputs) {
      const values = checkState(step, states.get(state));
      checkRunInputs(step, inputs);
      const outputs = withBackend('cpu', () =>
        withCorrectedKernels(() => withCompleteGradients(() => runEagerly(step, values, inputs))),
      );
      Object.assign(values, outputs.state);
      return outputs.metrics;
    },
    async dispose() {},
  };
}

function runEagerly(
  step: Step,
  values: Values,
  inputs: RunInputs,
): { readonly state: Values; readonly metrics: Values } {
  // The backend prints a banner with its first tensor.
  const upload = (all: Readonly<Values>, names: readonly string[]): NamedTensors =>
    withoutAdvice(() => Object.fromEntries(names.map((name) => [name, toTensor(all[name] as HostTensor)])));
  const { signature } = step;
  const scalars = Object.fromEntries(
    Object.entries(inputs.scalars).map(([name, value]) => [name, { shape: [], data: Float32Array.of(value) }]),
  );
  const outputs = step.run({
    state: upload(values, Object.keys(signature.state)),
    batch: upload(inputs.batch, Object.keys(signature.batch)),
    scalars: upload(scalars, signature.scalars),
    noise: upload(inputs.noise, Object.keys(signature.noise)),
  });
  return { state: download(outputs.state), metrics: download(outputs.metrics) };
}

function toTensor({ shape, data }: HostTensor): Tensor {
  // tfjs keeps the array it is given; a copy keeps the caller's array from being shared with a tensor.
  return tensor(data.slice(0, elementCount(shape)), [...shape], data instanceof Float32Array ? 'float32' : 'int32');
}

function download(tensors: NamedTensors): Values {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, value]) => {
      const data = value.dtype === 'float32' ? value.dataSync<'float32'>() : Int32Array.from(value.dataSync());
      return [name, copy({ shape: value.shape, data })];
    }),
  );
}

function copy({ shape, data }: HostTensor): HostTensor {
  return { shape: [...shape], data: data.slice() };
}
