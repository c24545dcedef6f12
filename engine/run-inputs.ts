import { EngineError } from './errors.ts';
import type { HostTensor, RunInputs } from './executor.ts';
import { elementCount, formatShape, sameShape } from './shape.ts';
import type { Step, TensorSpec } from './step.ts';

/** @throws EngineError STEP_SHAPE where an input is missing or does not have the shape and dtype of the signature. */
export function checkRunInputs(step: Step, inputs: RunInputs): void {
  const { signature } = step;
  for (const [name, spec] of Object.entries(signature.batch))
    checkTensor(step, `batch '${name}'`, spec, inputs.batch[name]);
  for (const [name, spec] of Object.entries(signature.noise))
    checkTensor(step, `noise '${name}'`, spec, inputs.noise[name]);
  for (const name of signature.scalars) {
    const value = inputs.scalars[name];
    if (typeof value !== 'number') throw mismatch(step, `scalar '${name}'`, 'a number', String(value));
  }
}

/** @returns the state's entries, which have every entry of the signature with its shape and dtype. */
export function checkState<T extends HostTensor>(step: Step, values: Record<string, T> | undefined): Record<string, T> {
  if (values === undefined) throw mismatch(step, 'state', 'one that this executor created', 'another one');
  for (const [name, spec] of Object.entries(step.signature.state))
    checkTensor(step, `state '${name}'`, spec, values[name]);
  return values;
}

/** The dtype of a host tensor, told by its array. */
export function dtypeOf({ data }: HostTensor): TensorSpec['dtype'] {
  if (data instanceof Float32Array) return 'float32';
  return data instanceof Int32Array ? 'int32' : 'uint8';
}

function checkTensor(step: Step, what: string, spec: TensorSpec, value: HostTensor | undefined): void {
  const wanted = `${spec.dtype}${formatShape(spec.shape)}`;
  if (value === undefined) throw mismatch(step, what, wanted, 'nothing');
  const dtype = dtypeOf(value);
  const got = `${dtype}${formatShape(value.shape)}`;
  if (dtype !== spec.dtype || !sameShape(value.shape, spec.shape)) throw mismatch(step, what, wanted, got);
  if (value.data.length !== elementCount(spec.shape)) {
    throw mismatch(step, what, `${elementCount(spec.shape)} elements`, `${value.data.length}`);
  }
}

function mismatch(step: Step, what: string, wanted: string, got: string): EngineError {
  return new EngineError('STEP_SHAPE', `Expected ${what} of step '${step.name}' to be ${wanted}, got ${got}.`);
}
