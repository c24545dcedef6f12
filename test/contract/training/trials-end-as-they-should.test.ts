import { memory } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import { createOnnxExecutor } from '../../../engine/mod.ts';
import type { DatasetSource } from '../../../worker/training/data/dataset-cache.ts';
import type { TrialOutcome } from '../../../worker/training/outcome.ts';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { paintedDataset } from '../../support/image-sets.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';

const executor = createOnnxExecutor({ threads: 1 });
const painted = paintedDataset(100, 30);
afterAll(() => executor.dispose());

function run(
  changes: Partial<TrialParameters> = {},
  { seed = 1, datasets = painted, signal = new AbortController().signal, ...hooks }: Options = {},
): Promise<TrialOutcome> {
  let ticks = 0;
  // A clock of its own: a second for each look at it.
  const now = (): number => (ticks += 1000);
  const deps = { executor, datasets, signal, now, ...recorder(), ...hooks };
  return trainTrial({ parameters: { ...SHORT_TRIAL, ...changes }, seed }, deps);
}

type Options = Partial<ReturnType<typeof recorder>> & {
  readonly seed?: number;
  readonly datasets?: DatasetSource;
  readonly signal?: AbortSignal;
};

function metricsOf(outcome: TrialOutcome) {
  if (outcome.status === 'failed') throw new Error(`${outcome.kind}: ${outcome.message}`);
  return outcome.metrics;
}

describe('a trial', () => {
  it('learns twenty images by heart', async () => {
    const log = recorder();
    const outcome = await run(
      {
        trainImages: 20,
        batchSize: 20,
        trainEpochs: 60,
        trainScale: 28,
        testScale: 28,
        trainFlip: false,
        testFlip: false,
        dropout: 0,
      },
      log,
    );
    const metrics = metricsOf(outcome);
    expect(metrics.trainLoss).toBeLessThan(0.02);
    expect(metrics.trainError).toBe(0);
    expect(log.reports[0]?.metrics.trainLoss).toBeGreaterThan(1.5);
  });

  it('gives bit-equal errors and losses when it is run again, and others from another seed', async () => {
    const timeless = async (seed: number) => {
      const log = recorder();
      const { testError, trainError, trainLoss } = metricsOf(
        await run({ config: 'A-LRN', trainScale: [32, 64] }, { ...log, seed }),
      );
      return { testError, trainError, trainLoss, reports: log.reports };
    };
    const first = await timeless(1);
    expect(await timeless(1)).toEqual(first);
    expect((await timeless(2)).trainLoss).not.toBe(first.trainLoss);
  });

  it('reports every train epoch once, and its progress up to the last step', async () => {
    const log = recorder();
    const metrics = metricsOf(await run({ trainEpochs: 3, schedule: 'cosine' }, log));
    expect(log.reports.map(({ trainEpoch }) => trainEpoch)).toEqual([1, 2, 3]);
    const { trainLoss, trainError } = log.reports[2]?.metrics ?? {};
    expect(metrics).toMatchObject({ trainLoss, trainError });
    const rates = log.reports.map(({ metrics: { learningRate } }) => learningRate);
    expect(rates).toEqual([1, 3, 5].map((step) => 0.005 * (1 + Math.cos((Math.PI * step) / 6))));
    expect(log.progress[0]).toMatchObject({ phase: 'loading' });
    expect(log.progress.filter(({ phase }) => phase === 'training').at(-1)).toMatchObject({
      step: 6,
      steps: 6,
      trainEpoch: 3,
    });
    for (const { loss = 0, imagesPerSecond = 0 } of log.progress)
      expect(Number.isFinite(loss + imagesPerSecond)).toBe(true);
  });

  it('counts time by the clock it is given', async () => {
    const metrics = metricsOf(await run());
    // 2 epochs of 32 images: start, before and after the wait for each of 2 batches, one progress and end.
    const seconds = { trainSeconds: 12, inputWaitSeconds: 4, testSeconds: 3 };
    expect(metrics).toMatchObject({ ...seconds, imagesPerSecond: 64 / 12 });
  });

  it('measures its learning curve on held out images, and the result on the test images', async () => {
    const dataset = await painted.load({ dataset: 'fashion-mnist' });
    if (dataset.test === undefined) throw new Error('Expected test images.');
    // Labels that no network of training images would give.
    const wrong = { ...dataset.test, labels: dataset.test.labels.map((label) => (label + 5) % 10) };
    const datasets: DatasetSource = { load: async () => ({ ...dataset, test: wrong }) };
    const log = recorder();
    const learnt = {
      trainImages: 60,
      batchSize: 20,
      trainEpochs: 25,
      validationImages: 40,
      trainScale: 28,
      testScale: 28,
    };
    const metrics = metricsOf(
      await run({ ...learnt, trainFlip: false, testFlip: false, dropout: 0 }, { ...log, datasets }),
    );
    expect(log.reports.at(-1)?.metrics.testError).toBeLessThan(20);
    expect(metrics.testError).toBeGreaterThan(80);
  });

  it('says what it was made with', async () => {
    const outcome = await run({ trainEpochs: 1 });
    expect(outcome).toMatchObject({
      provenance: {
        engine: { executor: 'onnx', precision: 'float32', threads: 1 },
        node: process.version,
        tensorflowJs: '4.22.0',
        streams: 'philox4x32-10/2',
        dataset: 'fashion-mnist',
        normalisation: { mean: [0.28604], deviation: [0.353024] },
      },
    });
  });

  it('leaves no tensor behind', async () => {
    await run({ trainEpochs: 1 });
    const before = memory().numTensors;
    await run({ trainEpochs: 3 });
    await run({ learningRate: 1e30 });
    expect(memory().numTensors).toBe(before);
  });
});

describe('a trial that cannot go on', () => {
  it('has diverged, by that name, when its loss is no number any more', async () => {
    const log = recorder();
    const outcome = await run({ learningRate: 1e30 }, log);
    expect(outcome).toMatchObject({ status: 'failed', kind: 'diverged' });
    expect(outcome).toHaveProperty(
      'message',
      expect.stringMatching(/Expected a finite loss at step 2 of 4, got (NaN|Infinity)\. Try/),
    );
    expect(log.reports).toEqual([]);
  });

  it('has diverged too when only the evaluation finds it', async () => {
    const outcome = await run({ learningRate: 1e30, batchSize: 40, trainEpochs: 1 });
    expect(outcome).toMatchObject({
      status: 'failed',
      kind: 'diverged',
      message: expect.stringMatching(/votes of the network to be finite, got NaN/),
    });
  });

  it('is cancelled at the step it is at, with the reason it was given', async () => {
    const stop = new AbortController();
    const log = recorder();
    const outcome = await run(
      { trainImages: 100, batchSize: 2, trainEpochs: 1000 },
      {
        ...log,
        signal: stop.signal,
        onProgress: (progress) => {
          log.onProgress(progress);
          // Arrives the way a message does: between two turns of the event loop.
          if (progress.step === 20) setImmediate(() => stop.abort('the sweep was cancelled'));
        },
      },
    );
    expect(outcome).toEqual({ status: 'failed', kind: 'cancelled', message: 'the sweep was cancelled' });
    expect(log.progress.at(-1)?.step).toBe(20);
  });

  it('is cancelled before it has begun', async () => {
    const log = recorder();
    const outcome = await run({}, { ...log, signal: AbortSignal.abort('lease lost') });
    expect(outcome).toEqual({ status: 'failed', kind: 'cancelled', message: 'lease lost' });
    expect(log.progress).toEqual([]);
  });

  it('blames the study for numbers that do not fit, all at once', async () => {
    const outcome = await run({ trainImages: 101, testImages: 31 });
    expect(outcome).toEqual({
      status: 'failed',
      kind: 'user_error',
      message:
        'Expected trainImages to be at most the 100 of Fashion-MNIST, got 101; ' +
        'Expected testImages to be at most the 30 of Fashion-MNIST, got 31. Change the study and submit it again.',
    });
    expect(await run({ config: 'F' })).toMatchObject({
      kind: 'user_error',
      message: expect.stringMatching(/config to be one of/),
    });
  });

  it('blames the machine when it cannot read the images or has no memory', async () => {
    const failing = (error: Error): DatasetSource => ({ load: () => Promise.reject(error) });
    const disk = await run({}, { datasets: failing(new Error('EIO: i/o error, read')) });
    expect(disk).toEqual({ status: 'failed', kind: 'infrastructure', message: 'EIO: i/o error, read' });
    const memoryless = await run({}, { datasets: failing(new RangeError('Array buffer allocation failed')) });
    expect(memoryless).toMatchObject({ kind: 'out_of_memory' });
  });
});
