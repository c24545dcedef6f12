import { EngineError } from '../errors.ts';
import type { Executor, HostTensor, Precision } from '../executor.ts';
import { GOLDEN } from './golden.ts';
import { goldenRun, goldenStep } from './golden-step.ts';
import { gradientOf, velocityOf } from './small-network.ts';

/** Largest relative error that is rounding. TF32 keeps 10 bits of the mantissa, bfloat16 7. */
const TOLERANCE: Readonly<Record<Precision, number>> = { float32: 1e-4, tf32: 2e-2, bfloat16: 1e-1 };

/**
 * Runs the golden step twice and compares loss, gradients and state with the stored values.
 * @returns the largest relative error.
 * @throws EngineError EXECUTOR_WRONG naming the values that differ by more than the precision explains.
 */
export async function verifyExecutor(executor: Executor): Promise<number> {
  const { state, inputs } = goldenRun();
  const compiled = await executor.compile(goldenStep());
  const handle = executor.createState(state);
  try {
    const first = await compiled.run(handle, inputs);
    const errors: [string, number][] = [['loss', relativeError(first['loss'], [GOLDEN.loss])]];
    for (const [weight, gradient] of Object.entries(GOLDEN.gradients)) {
      errors.push([gradientOf(weight), relativeError(first[gradientOf(weight)], gradient)]);
      const { weights, velocities } = updated(state, inputs.scalars, weight, gradient);
      errors.push([weight, relativeError(await handle.read(weight), weights)]);
      errors.push([velocityOf(weight), relativeError(await handle.read(velocityOf(weight)), velocities)]);
    }
    const second = await compiled.run(handle, inputs);
    errors.push(['loss of the second step', relativeError(second['loss'], [GOLDEN.secondLoss])]);
    return judge(executor, errors);
  } finally {
    handle.dispose();
    await compiled.dispose();
  }
}

function judge(executor: Executor, errors: readonly (readonly [string, number])[]): number {
  const { executor: name, library, device, precision } = executor.describe();
  const wrong = errors.filter(([, error]) => !(error <= TOLERANCE[precision]));
  if (wrong.length === 0) return Math.max(...errors.map(([, error]) => error));
  const shown = wrong.map(([what, error]) => `${what} ${error.toExponential(1)}`).join(', ');
  throw new EngineError(
    'EXECUTOR_WRONG',
    `Expected ${name} (${library}) on ${device} to be within ${TOLERANCE[precision]} of the stored gradients in ` +
      `${precision}, got relative errors: ${shown}. Do not train with it: choose another executor or library version.`,
  );
}

/** The momentum update in double precision. */
function updated(
  state: Readonly<Record<string, HostTensor>>,
  { learningRate = 0, momentum = 0 }: Readonly<Record<string, number>>,
  weight: string,
  gradient: readonly number[],
): { readonly weights: readonly number[]; readonly velocities: readonly number[] } {
  const velocities = gradient.map(
    (g, index) => momentum * (state[velocityOf(weight)]?.data[index] ?? Number.NaN) - learningRate * g,
  );
  return { velocities, weights: velocities.map((v, index) => (state[weight]?.data[index] ?? Number.NaN) + v) };
}

function relativeError(actual: HostTensor | undefined, expected: readonly number[]): number {
  if (actual?.data.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [difference, largest] = [0, 0];
  for (const [index, value] of expected.entries()) {
    const distance = Math.abs((actual.data[index] ?? Number.NaN) - value);
    if (Number.isNaN(distance)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, distance);
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / Math.max(largest, 1e-30);
}
