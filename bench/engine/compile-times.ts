import { networkEnds } from '../../core/catalogue/classes.ts';
import { DATASETS } from '../../core/catalogue/datasets.ts';
import { describeNetwork } from '../../core/catalogue/networks.ts';
import type { Executor } from '../../engine/mod.ts';
import type { Milliseconds } from '../../engine/probe/time-step.ts';
import { scalingOf } from '../../worker/training/networks/pixel-scaling.ts';
import { trainingStep } from '../../worker/training/networks/training-step.ts';
import { demoTrials } from './demo-trials.ts';

export interface CompileTime {
  readonly net: string;
  /** Of a training step, from the TensorFlow.js function to a step that can run. */
  readonly ms: number;
}

/** Compiles the training step of each network of the demo once. */
export async function measureCompilation(executor: Executor, now: Milliseconds): Promise<readonly CompileTime[]> {
  const times = new Map<string, number>();
  for (const { parameters } of await demoTrials()) {
    const { network, config, dropout, batchSize } = parameters;
    const description = describeNetwork(network, config, { ...networkEnds(parameters), dropout });
    const scaling = scalingOf(DATASETS[parameters.dataset].normalisation, 'standardise');
    const start = now();
    const compiled = await executor.compile(trainingStep(description, batchSize, parameters, scaling));
    const ms = now() - start;
    await compiled.dispose();
    times.set(description.title, Math.max(times.get(description.title) ?? 0, ms));
  }
  return [...times].map(([net, ms]) => ({ net, ms }));
}
