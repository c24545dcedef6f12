import { createCpuExecutor } from '../cpu/executor.ts';
import { EngineError } from '../errors.ts';
import type { CompiledStep, Executor, HostTensor, Precision, RunInputs } from '../executor.ts';
import type { Step } from '../step.ts';
import { largestChange, type OutputDifference, relativeDifference } from './difference.ts';

/** One run of a step: what it starts from and what it is given. */
export interface StepRun {
  readonly state: Readonly<Record<string, HostTensor>>;
  readonly inputs: RunInputs;
}

export interface StepCheck {
  readonly step: string;
  /** Every new state entry and every metric. */
  readonly outputs: readonly OutputDifference[];
  readonly passed: boolean;
}

/**
 * Largest relative error that is not called wrong. Float32 allows for sums in another order and for a ReLU or a maximum
 * that falls on the other side of a tie; a wrong formula is off by percents. TF32 and bfloat16 keep 10 and 7 bits.
 */
export const STEP_TOLERANCE: Readonly<Record<Precision, number>> = { float32: 2e-3, tf32: 5e-2, bfloat16: 0.25 };

/**
 * Runs the step once on the executor and once on TensorFlow.js's own `cpu` kernels, and compares all that comes out.
 * @param compiled the step as the executor has compiled it already; compiled and disposed of here where it is absent.
 * @throws EngineError of either executor; a difference is a result.
 */
export async function checkStep(
  executor: Executor,
  step: Step,
  run: StepRun,
  { tolerance, compiled }: { readonly tolerance?: number; readonly compiled?: CompiledStep } = {},
): Promise<StepCheck> {
  const limit = tolerance ?? STEP_TOLERANCE[executor.describe().precision];
  const actual = await runStep(executor, step, run, compiled);
  const expected = await runStep(createCpuExecutor(), step, run);
  return compareResults(step.name, actual, expected, run.state, limit);
}

/** An entry that moves this much less than the one that moves most moves by rounding: its terms cancel. */
const CANCELLED = 1e-3;

/** Compares everything that two runs of one step gave, from the same state. */
export function compareResults(
  step: string,
  actual: StepResults,
  expected: StepResults,
  before: StepRun['state'],
  tolerance: number,
): StepCheck {
  const compare = (
    role: string,
    values: Readonly<Record<string, HostTensor>>,
    got: Readonly<Record<string, HostTensor>>,
    from: Readonly<Record<string, HostTensor>>,
    floor: number,
  ): readonly OutputDifference[] =>
    Object.entries(values).map(([name, value]) => {
      const relativeError = relativeDifference(got[name], value, from[name], floor);
      return { output: `${role} ${name}`, relativeError, tolerance, passed: relativeError <= tolerance };
    });
  const moved = Math.max(
    0,
    ...Object.entries(expected.state).map(([name, value]) => largestChange(value, before[name])),
  );
  const outputs = [
    ...compare('metric', expected.metrics, actual.metrics, {}, 0),
    ...compare('state', expected.state, actual.state, before, CANCELLED * moved),
  ];
  return { step, outputs, passed: outputs.every(({ passed }) => passed) };
}

/** @throws EngineError EXECUTOR_WRONG naming the outputs that differ, the worst first. */
export function requireAgreement({ step, outputs, passed }: StepCheck, executor: Executor): void {
  if (passed) return;
  const { executor: name, library, device, precision } = executor.describe();
  const wrong = outputs.filter((output) => !output.passed).toSorted((a, b) => b.relativeError - a.relativeError);
  const shown = wrong.slice(0, 5).map(({ output, relativeError }) => `${output} ${relativeError.toExponential(1)}`);
  throw new EngineError(
    'EXECUTOR_WRONG',
    `Expected step '${step}' on ${name} (${library}, ${device}, ${precision}) to agree with TensorFlow.js's cpu kernels ` +
      `within ${wrong[0]?.tolerance}, got relative errors in ${wrong.length} of ${outputs.length} outputs: ` +
      `${shown.join(', ')}${wrong.length > shown.length ? ', …' : ''}. Choose another executor or library version.`,
  );
}

/** What one run of a step gave. */
export interface StepResults {
  readonly metrics: Readonly<Record<string, HostTensor>>;
  readonly state: Readonly<Record<string, HostTensor>>;
}

/** One run from a state of its own. */
export async function runStep(
  executor: Executor,
  step: Step,
  { state, inputs }: StepRun,
  given?: CompiledStep,
): Promise<StepResults> {
  const compiled = given ?? (await executor.compile(step));
  const handle = executor.createState(state);
  try {
    const metrics = await compiled.run(handle, inputs);
    const after: Record<string, HostTensor> = {};
    for (const name of handle.names) after[name] = await handle.read(name);
    return { metrics, state: after };
  } finally {
    handle.dispose();
    if (given === undefined) await compiled.dispose();
  }
}
