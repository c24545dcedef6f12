import { memory } from '@tensorflow/tfjs-core';
import type { Executor } from '../../engine/mod.ts';
import { trainingStep } from '../../worker/training/networks/training-step.ts';
import type { Subject } from './subjects.ts';
import { syntheticRun } from './synthetic-run.ts';

export interface Flatness {
  readonly net: string;
  readonly steps: number;
  /** Resident memory in MiB after the first tenth of the steps, and after the last one. */
  readonly rssMiB: readonly [number, number];
  readonly tensors: readonly [number, number];
}

/** Runs one step thousands of times and looks whether anything is left behind. */
export async function measureFlatness(executor: Executor, subject: Subject, steps: number): Promise<Flatness> {
  const { state: initial, inputs } = syntheticRun(subject);
  const compiled = await executor.compile(trainingStep(subject.description, subject.batch));
  const state = executor.createState(initial);
  const sample = (): readonly [number, number] => [process.memoryUsage.rss() / 2 ** 20, memory().numTensors];
  let early = sample();
  for (let step = 1; step <= steps; step++) {
    await compiled.run(state, inputs);
    if (step === Math.ceil(steps / 10)) early = sample();
  }
  const late = sample();
  state.dispose();
  await compiled.dispose();
  return { net: subject.name, steps, rssMiB: [early[0], late[0]], tensors: [early[1], late[1]] };
}
