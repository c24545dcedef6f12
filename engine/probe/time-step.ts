import type { Executor, HostTensor, RunInputs } from '../executor.ts';
import type { Step } from '../step.ts';

/** A clock that never goes back. */
export type Milliseconds = () => number;

export interface Repetition {
  readonly warmUps: number;
  readonly minRuns: number;
}

/** Runs are counted until there are enough and this much time has gone, or until there are very many. */
const MEASURED_MS = 400;
const MAX_RUNS = 200;

/** Compiles a step and runs it again and again. @returns the median milliseconds of a run. */
export async function medianMs(
  executor: Executor,
  step: Step,
  values: Readonly<Record<string, HostTensor>>,
  inputs: RunInputs,
  { warmUps, minRuns }: Repetition,
  now: Milliseconds,
): Promise<number> {
  const compiled = await executor.compile(step);
  const state = executor.createState(values);
  try {
    for (let i = 0; i < warmUps; i++) await compiled.run(state, inputs);
    const times: number[] = [];
    const start = now();
    while (times.length < minRuns || (now() - start < MEASURED_MS && times.length < MAX_RUNS)) {
      const before = now();
      await compiled.run(state, inputs);
      times.push(now() - before);
    }
    return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] as number;
  } finally {
    state.dispose();
    await compiled.dispose();
  }
}
