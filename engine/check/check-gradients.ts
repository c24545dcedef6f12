import type { CompiledStep, Executor, HostTensor } from '../executor.ts';
import type { Step } from '../step.ts';
import type { StepRun } from './check-step.ts';
import { runStep } from './check-step.ts';

export interface GradientCheckOptions {
  /** Metric that is differentiated, a scalar. */
  readonly loss: string;
  /** State entries to try. */
  readonly weights: readonly string[];
  /** The step's own gradient of a weight, from the state before and after one run. */
  readonly gradientOf: (before: HostTensor, after: HostTensor) => Float32Array;
  /** Coordinates tried of each weight: the one of the largest gradient, and others by chance. */
  readonly coordinates: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** One weight: its gradient against central differences of the loss. */
export interface GradientCheck {
  readonly weight: string;
  readonly coordinates: number;
  /**
   * Median difference over the tried coordinates, relative to the largest gradient of the weight. Not the largest: where
   * a ReLU or a maximum changes sides within the step there is no slope to compare with, and a wrong formula shows at
   * most places of its weight.
   */
  readonly relativeError: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** A wrong formula is off by tens of percents; differences of float32 losses are good to a few. */
const TOLERANCE = 0.05;
/**
 * Steps as a share of the weight's largest element. A large one crosses kinks of ReLU and max-pool, a small one drowns
 * in rounding: the one that agrees best counts.
 */
const STEPS = [1e-2, 1e-3, 3e-4] as const;

/**
 * Compares gradients with the slope of the loss, both by the same executor: the forward pass vouches for the backward
 * one. Each coordinate costs six runs.
 */
export async function checkGradients(
  executor: Executor,
  step: Step,
  run: StepRun,
  { loss, weights, gradientOf, coordinates, random }: GradientCheckOptions,
): Promise<readonly GradientCheck[]> {
  const compiled = await executor.compile(step);
  try {
    const { state } = await runStep(executor, step, run, compiled);
    const checks: GradientCheck[] = [];
    for (const weight of weights) {
      const before = run.state[weight] as HostTensor;
      const gradient = gradientOf(before, state[weight] as HostTensor);
      const largest = Math.abs(gradient[indexOfLargest(gradient)] ?? 0);
      const lossAt = (index: number, change: number): Promise<number> =>
        lossOf(executor, compiled, moved(run, weight, index, change), loss);
      const scale = Math.max(Math.abs(before.data[indexOfLargest(before.data)] ?? 0), 0.1);
      const errors: number[] = [];
      for (const index of chooseCoordinates(gradient, coordinates, random))
        errors.push(await slopeError(lossAt, index, gradient[index] as number, scale));
      const relativeError = median(errors) / Math.max(largest, 1e-12);
      checks.push({ weight, coordinates, relativeError, tolerance: TOLERANCE, passed: relativeError <= TOLERANCE });
    }
    return checks;
  } finally {
    await compiled.dispose();
  }
}

async function slopeError(
  lossAt: (index: number, change: number) => Promise<number>,
  index: number,
  gradient: number,
  scale: number,
): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (const share of STEPS) {
    const h = share * scale;
    const slope = ((await lossAt(index, h)) - (await lossAt(index, -h))) / (2 * h);
    best = Math.min(best, Math.abs(slope - gradient));
  }
  return best;
}

async function lossOf(executor: Executor, compiled: CompiledStep, run: StepRun, metric: string): Promise<number> {
  const state = executor.createState(run.state);
  try {
    return (await compiled.run(state, run.inputs))[metric]?.data[0] ?? Number.NaN;
  } finally {
    state.dispose();
  }
}

function moved(run: StepRun, weight: string, index: number, change: number): StepRun {
  const { shape, data } = run.state[weight] as HostTensor;
  const values = Float32Array.from(data);
  values[index] = (values[index] as number) + change;
  return { ...run, state: { ...run.state, [weight]: { shape, data: values } } };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.POSITIVE_INFINITY;
}

function chooseCoordinates(gradient: Float32Array, count: number, random: () => number): readonly number[] {
  const chosen = new Set([indexOfLargest(gradient)]);
  const wanted = Math.min(count, gradient.length);
  while (chosen.size < wanted) chosen.add(Math.floor(random() * gradient.length));
  return [...chosen];
}

function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++)
    if (Math.abs(values[index] as number) > Math.abs(values[best] as number)) best = index;
  return best;
}
