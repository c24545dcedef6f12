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
import { OPTIMISERS, scalarsAt } from '../../../worker/training/optimisers/optimisers.ts';
import { TRIAL_START } from '../../../worker/training/progress.ts';
import { trainOneEpoch } from '../../../worker/training/train-epoch.ts';
import { createTrainingInput } from '../../../worker/training/training-input.ts';
import { relativeDifference } from '../../contract/executors/agreement.ts';
import { DATASET_ROOTS } from '../../support/datasets.ts';
import { availableExecutors, openForTest } from '../../support/executors.ts';
import { SHORT_TRIAL } from '../../support/trials.ts';

/**
 * One whose first steps put no ReLU on its other side. With seed 1 one of the 967,296 units of step 2, conv5_1[9507], is −6.0e-7
 * in float64 from onnx's weights; onnx rounds it to +6.0e-8, torch and tensorflow to −3.3e-7 and −4.9e-7. Its gradient is there on
 * onnx alone, and from step 3 on the weights are others. That any seed gives the same steps from equal weights is tested below.
 */
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

/** How one step that was taken from equal weights differs from onnx's. */
interface Parting {
  /** Of the losses, relative. */
  readonly loss: number;
  /** Of the weights afterwards, relative to the largest of their tensor. */
  readonly weights: number;
}

/** Steps of onnx from a seed, each taken by another executor too, from the weights and velocities that onnx had. */
async function partings(name: ExecutorName, seed: number, count: number): Promise<readonly Parting[]> {
  const dataset = await createDatasetCache(DATASET_ROOTS).load(TRIAL);
  const images = selectImages(TRIAL, seed, dataset);
  const input = openImageInput(images, TRIAL, { loaderThreads: 0, pixelCacheBytes: 0 });
  const description = describeNetwork(TRIAL.network, TRIAL.config, { ...networkEnds(TRIAL), dropout: TRIAL.dropout });
  const step = trainingStep(description, TRIAL.batchSize, TRIAL, scalingOf(images.facts.normalisation, 'standardise'));
  const given = createTrainingInput({ parameters: TRIAL, seed }, description, images, input);
  const epoch = given.startEpoch(1);
  const [onnx, other] = [await openForTest('onnx'), await openForTest(name)];
  try {
    const [ours, theirs] = [await onnx.compile(step), await other.compile(step)];
    const state = onnx.createState(initialState(description, seed, OPTIMISERS[TRIAL.optimiser]));
    const readAll = async (from: typeof state): Promise<Record<string, HostTensor>> =>
      Object.fromEntries(await Promise.all(from.names.map(async (entry) => [entry, await from.read(entry)] as const)));
    const found: Parting[] = [];
    for (let t = 0; t < count; t += 1) {
      const copy = other.createState(await readAll(state));
      const inputs = { ...(await epoch.fill(t)), scalars: scalarsAt(TRIAL, t, given.stepsPerEpoch) };
      const loss = (await ours.run(state, inputs)).loss?.data[0] ?? Number.NaN;
      const theirLoss = (await theirs.run(copy, inputs)).loss?.data[0] ?? Number.NaN;
      const [after, theirAfter] = [await readAll(state), await readAll(copy)];
      const weights = Math.max(
        ...Object.entries(after).map(([entry, value]) => relativeDifference(theirAfter[entry], value)),
      );
      found.push({ loss: Math.abs(theirLoss - loss) / loss, weights });
      copy.dispose();
    }
    return found;
  } finally {
    await onnx.dispose();
    await other.dispose();
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

/** The loss is continuous where a ReLU turns over and agrees at every step; its gradient is not, and agrees at most of them. */
test.skipIf(others.length === 0)(
  'each step from equal weights is onnx’s, from whatever seed',
  { timeout: 120_000 },
  async () => {
    for (const name of others) {
      for (const seed of [1, 7]) {
        const found = await partings(name, seed, 24);
        expect(Math.max(...found.map(({ loss }) => loss)), `${name}, losses of seed ${seed}`).toBeLessThan(5e-6);
        const sorted = found.map(({ weights }) => weights).sort((a, b) => a - b);
        expect(sorted[Math.floor(sorted.length / 2)], `${name}, weights of seed ${seed}`).toBeLessThan(5e-5);
      }
    }
  },
);
