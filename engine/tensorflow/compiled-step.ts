import type { Tensor } from '@tensorflow/tfjs-core';
import { clone, keep } from '@tensorflow/tfjs-core';
import type { CompiledStep, HostTensor, RunInputs, StepState } from '../executor.ts';
import { checkRunInputs, checkState } from '../run-inputs.ts';
import type { Step, StepOutputs, TensorSpec } from '../step.ts';
import { withBackend } from '../tfjs/active-backend.ts';
import { withCompleteGradients } from '../tfjs/complete-gradients.ts';
import { BACKEND } from './backend.ts';
import { failureOf } from './failure.ts';
import type { DeviceState } from './state.ts';
import { download, upload } from './state.ts';

type Metrics = Readonly<Record<string, HostTensor>>;

/** The step itself, kernel by kernel. The device is waited for once, when the metrics are read. */
export function createCompiledStep(step: Step, stateOf: (state: StepState) => DeviceState | undefined): CompiledStep {
  return {
    async run(state, inputs) {
      const entries = stateOf(state);
      checkState(step, entries && described(entries));
      checkRunInputs(step, inputs);
      try {
        return withBackend(BACKEND, () => withCompleteGradients(() => runStep(step, entries as DeviceState, inputs)));
      } catch (error) {
        throw failureOf(step.name, error);
      }
    },
    async dispose() {},
  };
}

function runStep(step: Step, entries: DeviceState, inputs: RunInputs): Metrics {
  const { signature } = step;
  const uploadAll = (specs: Readonly<Record<string, TensorSpec>>, values: Readonly<Record<string, HostTensor>>) =>
    Object.fromEntries(Object.keys(specs).map((name) => [name, upload(values[name] as HostTensor)]));
  const outputs = step.run({
    state: Object.fromEntries(Object.keys(signature.state).map((name) => [name, entries[name] as Tensor])),
    batch: uploadAll(signature.batch, inputs.batch),
    scalars: Object.fromEntries(
      signature.scalars.map((name) => [name, upload({ shape: [], data: Float32Array.of(inputs.scalars[name] ?? 0) })]),
    ),
    noise: uploadAll(signature.noise, inputs.noise),
  });
  // Before anything is replaced: a kernel that failed on the device is heard of here.
  const metrics = Object.fromEntries(Object.entries(outputs.metrics).map(([name, value]) => [name, download(value)]));
  replace(entries, outputs);
  return metrics;
}

function replace(entries: DeviceState, { state }: StepOutputs): void {
  const taken = new Set<Tensor>(Object.values(entries));
  const fresh = Object.entries(state).map(([name, value]) => {
    // One tensor under two names, or an entry that did not change, would be disposed of while it is in use.
    const own = taken.has(value) ? clone(value) : value;
    taken.add(own);
    return [name, keep(own)] as const;
  });
  for (const [name, value] of fresh) {
    entries[name]?.dispose();
    entries[name] = value;
  }
}

/** As `checkState` wants them: it looks at the dtype and the number of elements, which must not be read for that. */
function described(entries: DeviceState): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(entries).map(([name, { shape, dtype, size }]) => {
      const kind = dtype === 'int32' ? Int32Array : Float32Array;
      return [name, { shape, data: Object.create(kind.prototype, { length: { value: size } }) as Float32Array }];
    }),
  );
}
