import { expect, test } from 'vitest';
import { describeNetwork } from '../../../core/catalogue/networks.ts';
import { trialParametersSchema } from '../../../core/study/trial-parameters.ts';
import type { ExecutorName } from '../../../engine/mod.ts';
import { createDatasetCache } from '../../../worker/training/data/dataset-cache.ts';
import { initialState } from '../../../worker/training/networks/initial-state.ts';
import { trainingStep } from '../../../worker/training/networks/training-step.ts';
import { OPTIMISERS } from '../../../worker/training/optimisers/optimisers.ts';
import { trainOneEpoch } from '../../../worker/training/train-epoch.ts';
import { createTrainingInput } from '../../../worker/training/training-input.ts';
import { DATASET_ROOTS } from '../../support/datasets.ts';
import { availableExecutors, openForTest } from '../../support/executors.ts';
import { SHORT_TRIAL } from '../../support/trials.ts';

const SEED = 1;
/** One train epoch of the demo: 156 steps. */
const TRIAL = trialParametersSchema.parse({ ...SHORT_TRIAL, trainImages: 10_000, batchSize: 64, trainEpochs: 1 });
/** Beside a loss of about 2: what float32 sums in another order grow to over an epoch. */
const TOLERANCE = 2e-3;

/** The loss of every step of the first train epoch. */
async function learningCurve(name: ExecutorName, deterministic: boolean): Promise<readonly number[]> {
  const dataset = await createDatasetCache(DATASET_ROOTS).load(TRIAL.dataset);
  const executor = await openForTest(name, { deterministic });
  try {
    const { channels, classes } = dataset.facts;
    const description = describeNetwork(TRIAL.network, TRIAL.config, { channels, classes, dropout: TRIAL.dropout });
    const compiled = await executor.compile(trainingStep(description, TRIAL.batchSize, TRIAL));
    const losses: number[] = [];
    await trainOneEpoch(
      {
        parameters: TRIAL,
        input: createTrainingInput({ parameters: TRIAL, seed: SEED }, description, dataset),
        state: executor.createState(initialState(description, SEED, OPTIMISERS[TRIAL.optimiser])),
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
      1,
    );
    return losses;
  } finally {
    await executor.dispose();
  }
}

const largestDifference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((loss, step) => Math.abs(loss - (b[step] ?? Number.NaN))));

// The oracle would take hours; it agrees with each of these step by step elsewhere.
const others = (await availableExecutors()).filter((name) => name !== 'onnx' && name !== 'cpu');

test('the loss falls, and is the same twice on one executor in deterministic mode', async () => {
  const [first, second] = [await learningCurve('onnx', true), await learningCurve('onnx', true)];
  expect(first).toHaveLength(156);
  expect(first.at(-1)).toBeLessThan((first[0] ?? 0) / 2);
  expect(second).toEqual(first);
});

test('formulations chosen by the clock give the same curve', async () => {
  const [fixed, timed] = [await learningCurve('onnx', true), await learningCurve('onnx', false)];
  expect(largestDifference(fixed, timed)).toBeLessThan(TOLERANCE);
});

test.skipIf(others.length === 0)('torch and tensorflow, where they are built, give the same curve', async () => {
  const onnx = await learningCurve('onnx', true);
  for (const name of others) {
    const curve = await learningCurve(name, false);
    console.log(name, largestDifference(onnx, curve), onnx.at(-1), curve.at(-1));
    expect(largestDifference(onnx, curve), name).toBeLessThan(TOLERANCE);
  }
});
