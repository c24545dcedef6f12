import { EngineError } from '../errors.ts';
import type { CompiledStep, HostTensor, StepState } from '../executor.ts';
import { checkRunInputs } from '../run-inputs.ts';
import { elementCount } from '../shape.ts';
import type { Step } from '../step.ts';
import type { Handle, TorchBinding } from './binding.ts';
import { failure } from './failure.ts';
import type { Program } from './program.ts';
import type { TorchState } from './state.ts';
import { requireEntries } from './state.ts';

/** A program in the addon: one crossing a step, and nothing happens between two runs, so they cannot overlap. */
export function createCompiledStep(
  torch: TorchBinding,
  step: Step,
  program: Program,
  compiled: Handle,
  stateOf: (state: StepState) => TorchState | undefined,
): CompiledStep {
  let disposed = false;
  return {
    async run(state, inputs) {
      if (disposed) {
        throw new EngineError('EXECUTOR_FAILED', `Expected step '${step.name}' to be open, got one disposed of.`);
      }
      const { handle } = requireEntries(step.name, step.signature.state, stateOf(state));
      checkRunInputs(step, inputs);
      const tensors = program.tensors.map(({ role, name }) => (inputs[role][name] as HostTensor).data);
      const scalars = program.scalars.map(({ name }) => inputs.scalars[name] ?? Number.NaN);
      const metrics = program.metrics.map(({ name, shape, dtype }) => {
        const count = elementCount(shape);
        return { name, shape, data: dtype === 'float32' ? new Float32Array(count) : new Int32Array(count) };
      });
      const room = metrics.map(({ data }) => data);
      failure(`run step '${step.name}'`, () => torch.run(compiled, handle, [tensors, scalars], room));
      return Object.fromEntries(metrics.map(({ name, shape, data }) => [name, { shape: [...shape], data }]));
    },
    async dispose() {
      disposed = true;
    },
  };
}
