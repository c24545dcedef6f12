import { countMultiplyAccumulates } from '../../core/networks/counts.ts';
import type { NetworkDescription } from '../../core/networks/description.ts';
import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import {
  type CompiledStep,
  checkStep,
  compareResults,
  type Executor,
  type HostTensor,
  type RunInputs,
  requireAgreement,
  runStep,
  STEP_TOLERANCE,
  type Step,
  type StepResults,
  type StepRun,
} from '../../engine/mod.ts';
import { conditionedState } from './inspect/conditioned-state.ts';
import type { PixelScaling } from './networks/pixel-scaling.ts';
import { trainingStep } from './networks/training-step.ts';

export interface FirstBatch {
  readonly executor: Executor;
  readonly description: NetworkDescription;
  readonly parameters: TrialParameters;
  readonly scaling: PixelScaling;
  /** The trial's training step as the executor has compiled it, and what it is made of. */
  readonly step: Step;
  readonly compiled: CompiledStep;
  /** The state before the first step, and the inputs of it. */
  readonly run: StepRun;
}

/** Multiply-accumulates of a forward pass that the oracle is given: some seconds of its time. */
const ORACLE_MACS = 2e7;

/**
 * Proves the trial's own step on its own first batch, forward and update, before it trains; the trial's state is left
 * alone. As many images as the oracle (TensorFlow.js's cpu kernels) computes in a few seconds are compared with it, at
 * least one. Where that is a part of the batch, the same executor then computes the batch part by part with the step that
 * has passed, and the trial's step must give the mean of what the parts gave: of loss and errors always, of the state for
 * plain descent, whose update is linear in the gradient.
 * @throws EngineError EXECUTOR_WRONG.
 */
export async function checkFirstBatch(first: FirstBatch): Promise<void> {
  const { executor, description, parameters, scaling, step, compiled } = first;
  const run = { ...first.run, state: conditionedState(first.run.state) };
  const { batchSize } = parameters;
  const rows = largestDivisor(batchSize, ORACLE_MACS / countMultiplyAccumulates(description));
  if (rows === batchSize) return requireAgreement(await checkStep(executor, step, run, { compiled }), executor);
  const part = trainingStep(description, rows, parameters, scaling);
  const parts = Array.from({ length: batchSize / rows }, (_, index) => ({
    state: run.state,
    inputs: sliceInputs(run.inputs, index * rows, rows),
  }));
  requireAgreement(await checkStep(executor, part, parts[0] as StepRun), executor);
  // Each image of a batch meets every other one in this loss, so the batch is not the mean of its parts.
  if (parameters.loss === 'ranking-hinge') return;
  const expected = await meanOfParts(executor, part, parts, parameters);
  const actual = await runStep(executor, step, run, compiled);
  const tolerance = STEP_TOLERANCE[executor.describe().precision];
  requireAgreement(compareResults(step.name, actual, expected, run.state, tolerance), executor);
}

function largestDivisor(count: number, limit: number): number {
  for (let divisor = Math.min(count, Math.floor(limit)); divisor > 1; divisor--)
    if (count % divisor === 0) return divisor;
  return 1;
}

async function meanOfParts(
  executor: Executor,
  part: Step,
  parts: readonly StepRun[],
  { optimiser, filterRadius }: TrialParameters,
): Promise<StepResults> {
  const linear = optimiser === 'sgd' && filterRadius === 0;
  const metrics = new Map<string, Float64Array>();
  const state = new Map<string, Float64Array>();
  const compiled = await executor.compile(part);
  try {
    for (const run of parts) {
      const results = await runStep(executor, part, run, compiled);
      // Images in error are counted, losses are means.
      for (const [name, value] of Object.entries(results.metrics))
        accumulate(metrics, name, value, name === 'errors' ? 1 : 1 / parts.length);
      if (linear)
        for (const [name, value] of Object.entries(results.state)) accumulate(state, name, value, 1 / parts.length);
    }
  } finally {
    await compiled.dispose();
  }
  const tensors = (sums: ReadonlyMap<string, Float64Array>): Record<string, HostTensor> =>
    Object.fromEntries(
      [...sums].map(([name, data]) => [name, { shape: [data.length], data: Float32Array.from(data) }]),
    );
  return { metrics: tensors(metrics), state: tensors(state) };
}

function accumulate(sums: Map<string, Float64Array>, name: string, { data }: HostTensor, weight: number): void {
  const sum = sums.get(name) ?? new Float64Array(data.length);
  for (let index = 0; index < data.length; index++)
    sum[index] = (sum[index] ?? 0) + weight * (data[index] ?? Number.NaN);
  sums.set(name, sum);
}

function sliceInputs({ batch, scalars, noise }: RunInputs, first: number, rows: number): RunInputs {
  const slice = ({ shape: [count = 1, ...rest], data }: HostTensor): HostTensor => {
    const length = data.length / count;
    return { shape: [rows, ...rest], data: data.slice(first * length, (first + rows) * length) };
  };
  const sliceAll = (tensors: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, slice(tensor)]));
  return { batch: sliceAll(batch), scalars, noise: sliceAll(noise) };
}
