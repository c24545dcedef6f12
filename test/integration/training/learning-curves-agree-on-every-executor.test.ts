import { expect, test } from 'vitest';
import { networkEnds } from '../../../core/catalogue/classes.ts';
import { describeNetwork } from '../../../core/catalogue/networks.ts';
import { trialParametersSchema } from '../../../core/study/trial-parameters.ts';
import type { ExecutorName, HostTensor } from '../../../engine/mod.ts';
import { createDatasetCache } from '../../../worker/training/data/dataset-cache.ts';
import { selectImages } from '../../../worker/training/data/trial-images.ts';
import { openImageInput } from '../../../worker/training/input/open-input.ts';
import { initialState } from '../../../worker/training/networks/initial-state.ts';
import { scalingOf } from '../../../worker/training/networks/pixel-scaling.ts';
import { trainingStep } from '../../../worker/training/networks/training-step.ts';
import { OPTIMISERS } from '../../../worker/training/optimisers/optimisers.ts';
import { TRIAL_START } from '../../../worker/training/progress.ts';
import { trainOneEpoch } from '../../../worker/training/train-epoch.ts';
import { createTrainingInput } from '../../../worker/training/training-input.ts';
import { DATASET_ROOTS } from '../../support/datasets.ts';
import { availableExecutors, openForTest } from '../../support/executors.ts';
import { SHORT_TRIAL } from '../../support/trials.ts';

/** One whose first steps put no ReLU on its other side: with seed 1 torch and onnx part at the third, with 2 and 3 not within eight. */
const SEED = 2;
/** One train epoch of the demo: 156 steps. */
const TRIAL = trialParametersSchema.parse({ ...SHORT_TRIAL, trainImages: 10_000, batchSize: 64, trainEpochs: 1 });
/** Steps before rounding is likely to put one of 300,000 ReLUs or maxima on its other side. */
const SMOOTH_STEPS = 4;
/** Beside a loss of about 2. */
const ROUNDING = 2e-5;

/**
 * The loss of every step of the first train epoch.
 * @param nudged move one of the 236,074 initial weights by one part in 2^23, the smallest that float32 knows.
 */
async function learningCurve(name: ExecutorName, nudged = false): Promise<readonly number[]> {
  const dataset = await createDatasetCache(DATASET_ROOTS).load(TRIAL);
  const images = selectImages(TRIAL, SEED, dataset);
  const input = openImageInput(images, TRIAL, { loaderThreads: 0, pixelCacheBytes: 0 });
  const executor = await openForTest(name);
  try {
    const description = describeNetwork(TRIAL.network, TRIAL.config, { ...networkEnds(TRIAL), dropout: TRIAL.dropout });
    const scaling = scalingOf(images.facts.normalisation, 'standardise');
    const compiled = await executor.compile(trainingStep(description, TRIAL.batchSize, TRIAL, scaling));
    const initial = initialState(description, SEED, OPTIMISERS[TRIAL.optimiser]);
    const { data } = initial['conv1_1/kernel'] as HostTensor;
    if (nudged) data[0] = (data[0] ?? 0) * (1 + 2 ** -23);
    const losses: number[] = [];
    await trainOneEpoch(
      {
        parameters: TRIAL,
        input: createTrainingInput({ parameters: TRIAL, seed: SEED }, description, images, input),
        state: executor.createState(initial),
        step: {
          ...compiled,
          async run(state, inputs) {
            const metrics = await compiled.run(state, inputs);
            losses.push(metrics.loss?.data[0] ?? Number.NaN);
            return metrics;
          },
        },
        now: () => 0,
        onProgress: () => {},
        pause: async () => {},
      },
      TRIAL_START,
    );
    return losses;
  } finally {
    await executor.dispose();
  }
}

const differences = (a: readonly number[], b: readonly number[]): readonly number[] =>
  a.map((loss, step) => Math.abs(loss - (b[step] ?? Number.NaN)));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

// The oracle would take hours; it agrees with each of these step by step elsewhere.
const others = (await availableExecutors()).filter((name) => name !== 'onnx' && name !== 'cpu');

test('the loss falls, and is the same twice on one executor in deterministic mode', async () => {
  const [first, second] = [await learningCurve('onnx'), await learningCurve('onnx')];
  expect(first).toHaveLength(156);
  expect(first.at(-1)).toBeLessThan((first[0] ?? 0) / 2);
  expect(second).toEqual(first);
});

/**
 * Sooner or later rounding decides on which side of 0 one pre-activation falls, whose gradient is there or not; from then
 * on the curves drift apart. So do those of one executor from weights that differ by rounding: that is the tolerance.
 */
test.skipIf(others.length === 0)('torch and tensorflow, where they are built, give the curve of onnx', async () => {
  const onnx = await learningCurve('onnx');
  const drift = mean(differences(onnx, await learningCurve('onnx', true)));
  for (const name of others) {
    const apart = differences(onnx, await learningCurve(name));
    expect(Math.max(...apart.slice(0, SMOOTH_STEPS)), `${name}, first steps`).toBeLessThan(ROUNDING);
    expect(mean(apart), `${name}, the epoch`).toBeLessThan(3 * drift);
  }
});
