import { EngineError } from '../errors.ts';
import type { HostTensor, StepState } from '../executor.ts';
import { dtypeOf } from '../run-inputs.ts';
import { elementCount } from '../shape.ts';
import type { TensorSpec } from '../step.ts';
import type { Handle, TorchBinding } from './binding.ts';
import { failure } from './failure.ts';

export interface TorchState {
  readonly handle: Handle;
  /** Empty once the state is disposed of. */
  readonly specs: Map<string, TensorSpec>;
}

/** @throws EngineError EXECUTOR_OUT_OF_MEMORY where the device has no room. */
export function createTorchState(
  torch: TorchBinding,
  device: string,
  values: Readonly<Record<string, HostTensor>>,
): { readonly state: StepState; readonly inside: TorchState } {
  const specs = new Map(
    Object.entries(values).map(([name, value]): [string, TensorSpec] => [
      name,
      { shape: [...value.shape], dtype: dtypeOf(value) },
    ]),
  );
  const entries = Object.entries(values).map(([name, { shape, data }]) => ({ name, shape, data }));
  const handle = failure('create the state', () => torch.createState(device, entries));
  const state: StepState = {
    names: [...specs.keys()],
    async read(name) {
      const spec = specs.get(name);
      if (spec === undefined) throw new RangeError(`Expected a state entry, got '${name}'.`);
      const count = elementCount(spec.shape);
      const data = spec.dtype === 'int32' ? new Int32Array(count) : new Float32Array(count);
      failure(`read '${name}'`, () => torch.readState(handle, name, data));
      return { shape: [...spec.shape], data };
    },
    dispose() {
      if (specs.size === 0) return;
      specs.clear();
      torch.clearState(handle);
    },
  };
  return { state, inside: { handle, specs } };
}

/** @throws EngineError STEP_SHAPE where an entry of the step's signature is missing or of another shape or dtype. */
export function requireEntries(
  stepName: string,
  wanted: Readonly<Record<string, TensorSpec>>,
  state: TorchState | undefined,
): TorchState {
  const print = (spec: TensorSpec | undefined): string => (spec ? `${spec.dtype}[${spec.shape.join()}]` : 'nothing');
  const complain = (what: string, expected: string, got: string): EngineError =>
    new EngineError('STEP_SHAPE', `Expected ${what} of step '${stepName}' to be ${expected}, got ${got}.`);
  if (state === undefined) throw complain('state', 'one that this executor created', 'another one');
  for (const [name, spec] of Object.entries(wanted)) {
    const held = state.specs.get(name);
    if (print(held) !== print(spec)) throw complain(`state '${name}'`, print(spec), print(held));
  }
  return state;
}
