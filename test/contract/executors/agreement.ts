import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type {
  Executor,
  ExecutorName,
  HostTensor,
  NamedTensors,
  RunInputs,
  Shape,
  Step,
  TensorSpec,
} from '../../../engine/mod.ts';
import { createCpuExecutor, traceStep } from '../../../engine/mod.ts';
import { dtypeOf } from '../../../engine/run-inputs.ts';
import { interpret } from '../../core/engine/float64.ts';
import { availableExecutors, openForTest } from '../../support/executors.ts';

/** A step and everything that one run of it takes. */
export interface Run {
  readonly step: Step;
  readonly state: Readonly<Record<string, HostTensor>>;
  readonly inputs: RunInputs;
}

export const float32 = (...shape: number[]): TensorSpec => ({ shape, dtype: 'float32' });

/** Uniform in [0, 1), the same numbers for the same seed. */
export function createUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

export function tensorOf(shape: Shape, value: (index: number) => number): HostTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length: count }, (_, index) => value(index)) };
}

export function bytesOf(shape: Shape, value: (index: number) => number): HostTensor {
  return { shape, data: Uint8Array.from(tensorOf(shape, value).data) };
}

/** Uniform in [-1, 1). */
export function randomTensor(shape: Shape, uniform: () => number): HostTensor {
  return tensorOf(shape, () => 2 * uniform() - 1);
}

export function integers(shape: Shape, values: readonly number[]): HostTensor {
  return { shape, data: Int32Array.from(values) };
}

/** A step without state, whose metrics are a function of the given batch. */
export function functionStep(
  name: string,
  batch: Readonly<Record<string, HostTensor>>,
  run: (batch: Readonly<Record<string, Tensor>>) => NamedTensors,
): Run {
  const specs = Object.fromEntries(
    Object.entries(batch).map(([entry, value]): [string, TensorSpec] => [
      entry,
      { shape: value.shape, dtype: dtypeOf(value) },
    ]),
  );
  const signature = { state: {}, batch: specs, scalars: [], noise: {} };
  const step: Step = { name, signature, run: (inputs) => ({ state: {}, metrics: run(inputs.batch) }) };
  return { step, state: {}, inputs: { batch, scalars: {}, noise: {} } };
}

/** Runs a step once and disposes of the executor. */
export async function runOn(executor: Executor, run: Run): Promise<Record<string, HostTensor>> {
  try {
    return await resultsOf(executor, run);
  } finally {
    await executor.dispose();
  }
}

/** Runs a step once; the executor stays open. */
export async function resultsOf(executor: Executor, { step, state, inputs }: Run): Promise<Record<string, HostTensor>> {
  const compiled = await executor.compile(step);
  const handle = executor.createState(state);
  try {
    const metrics = await compiled.run(handle, inputs);
    const results: Record<string, HostTensor> = { ...metrics };
    for (const name of handle.names) results[`state ${name}`] = await handle.read(name);
    return results;
  } finally {
    handle.dispose();
    await compiled.dispose();
  }
}

/** Results by the float64 interpreter, from the trace as tfjs gave it. */
export function runInFloat64({ step, state, inputs }: Run): Record<string, HostTensor> {
  const graph = traceStep(step);
  const values = interpret(graph, (role, name) => {
    if (role === 'scalars')
      return { shape: [], data: Float64Array.of(Math.fround(inputs.scalars[name] ?? Number.NaN)) };
    const source = role === 'state' ? state[name] : inputs[role as 'batch' | 'noise'][name];
    return { shape: source?.shape ?? [], data: Float64Array.from(source?.data ?? []) };
  });
  const results: Record<string, HostTensor> = {};
  const collect = (prefix: string, indices: Readonly<Record<string, number>>): void => {
    for (const [name, index] of Object.entries(indices)) {
      const { shape = [], data = [] } = values[index] ?? {};
      results[prefix + name] = { shape, data: Float32Array.from(data) };
    }
  };
  collect('state ', graph.outputs.state);
  collect('', graph.outputs.metrics);
  return results;
}

export function largestMagnitude(values: Iterable<number>): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Largest difference, relative to the largest element of the reference. */
export function relativeDifference(actual: HostTensor | undefined, reference: HostTensor): number {
  expect(actual?.shape).toEqual([...reference.shape]);
  const differences = Array.from(reference.data, (value, index) => value - (actual?.data[index] ?? Number.NaN));
  const difference = differences.some(Number.isNaN) ? Infinity : largestMagnitude(differences);
  return difference / Math.max(largestMagnitude(reference.data), 1e-30);
}

/** Expects every executor of this machine, tfjs's cpu backend and float64 to give the same results. */
export async function expectAgreement(run: Run, tolerance = 1e-5): Promise<void> {
  const references = { 'tfjs cpu': await runOn(createCpuExecutor(), run), float64: runInFloat64(run) };
  for (const executor of await compiledExecutors()) {
    const actual = await resultsOf(await opened(executor), run);
    for (const [reference, results] of Object.entries(references)) {
      for (const [name, value] of Object.entries(results)) {
        const difference = relativeDifference(actual[name], value);
        const what = `${run.step.name}: ${name} on ${executor} against ${reference}`;
        expect(difference, what).toBeLessThanOrEqual(tolerance);
      }
    }
  }
}

const executors = new Map<ExecutorName, Promise<Executor>>();

/** Opened once for a test file: looking for a library takes longer than most steps. */
export function opened(name: ExecutorName): Promise<Executor> {
  const executor = executors.get(name) ?? openForTest(name);
  executors.set(name, executor);
  return executor;
}

let known: Promise<readonly ExecutorName[]> | undefined;

/** Every executor of this machine but the oracle. */
export async function compiledExecutors(): Promise<readonly ExecutorName[]> {
  known ??= availableExecutors();
  return (await known).filter((name) => name !== 'cpu');
}
