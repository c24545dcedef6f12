import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { version_core } from '@tensorflow/tfjs-core';
import { describeNetwork } from '../../core/catalogue/networks.ts';
import { STREAMS_VERSION } from '../../core/random/stream.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import type { Executor } from '../../engine/executor.ts';
import { createLifecycle, type Lifecycle } from '../../runtime/lifecycle.ts';
import { checkTrial } from './check-trial.ts';
import { testCrops } from './data/crops.ts';
import { damagedImages } from './data/damaged-images.ts';
import type { DatasetSource } from './data/dataset-cache.ts';
import { selectImages } from './data/trial-images.ts';
import { type Evaluation, measureError } from './evaluation.ts';
import { failureOf } from './failure.ts';
import { measureFinalError, testScales } from './final-test.ts';
import { checkFirstBatch } from './first-batch.ts';
import { type InputResources, openImageInput } from './input/open-input.ts';
import { createTestInput } from './input/test-input.ts';
import { evaluationStep } from './networks/evaluation-step.ts';
import { initialState } from './networks/initial-state.ts';
import { trainingStep } from './networks/training-step.ts';
import { OPTIMISERS, scalarsAt } from './optimisers/optimisers.ts';
import type { TrialMetrics, TrialOutcome, TrialProgress, TrialProvenance, TrialReport } from './outcome.ts';
import { type EpochResult, trainOneEpoch } from './train-epoch.ts';
import { createTrainingInput } from './training-input.ts';

export interface TrainerDependencies {
  readonly executor: Executor;
  readonly datasets: DatasetSource;
  /** Default: no loader threads, no cache. */
  readonly inputResources?: InputResources;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Aborting it ends the trial as `cancelled`, after the batch that is being computed. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TrialProgress) => void;
  /** Prove the training step on the first batch before training; see first-batch.ts. */
  readonly checkFirstBatch?: boolean;
  /** Once for each train epoch, in order. */
  readonly onReport: (report: TrialReport) => void;
}

/**
 * Trains and tests one configuration from one seed. Same spec ⇒ same images, order, crops, noise and initial weights on
 * every machine; on one executor with one thread the errors and losses are bit-equal.
 * @returns the metrics, or the kind of failure; never rejects on account of the trial.
 */
export async function trainTrial(spec: TrialSpec, deps: TrainerDependencies): Promise<TrialOutcome> {
  try {
    const lifecycle = createLifecycle();
    try {
      return { status: 'succeeded', ...(await train(spec, deps, lifecycle)) };
    } finally {
      await lifecycle.release();
    }
  } catch (error) {
    return failureOf(error, deps.signal);
  }
}

const NO_RESOURCES: InputResources = { loaderThreads: 0, pixelCacheBytes: 0 };

interface Trained {
  readonly metrics: TrialMetrics;
  readonly provenance: TrialProvenance;
}

async function train(
  { parameters, seed }: TrialSpec,
  deps: TrainerDependencies,
  lifecycle: Lifecycle,
): Promise<Trained> {
  const { executor, datasets, now, signal, onProgress, onReport } = deps;
  const { batchSize, trainEpochs } = parameters;
  signal.throwIfAborted();
  onProgress({ phase: 'loading', trainEpoch: 1, trainEpochs, step: 0, steps: 0 });
  const dataset = await datasets.load(parameters);
  const images = selectImages(parameters, seed, dataset);
  const { facts, classes } = images;
  const { network, config, dropout } = parameters;
  const description = describeNetwork(network, config, { channels: facts.channels, classes, dropout });
  checkTrial(parameters, description.side);
  const imageInput = openImageInput(images, parameters, deps.inputResources ?? NO_RESOURCES);
  lifecycle.add('the image input', () => imageInput.close());

  const initial = initialState(description, seed, OPTIMISERS[parameters.optimiser]);
  const state = executor.createState(initial);
  lifecycle.add('the state', () => state.dispose());
  const step = trainingStep(description, batchSize, parameters);
  const trainStep = await executor.compile(step);
  lifecycle.add('the training step', () => trainStep.dispose());
  // What fits in memory for training fits for testing, so both use one batch size.
  const testStep = await executor.compile(evaluationStep(description, batchSize));
  lifecycle.add('the evaluation step', () => testStep.dispose());

  const pause = async (): Promise<void> => {
    await yieldToEventLoop();
    signal.throwIfAborted();
  };
  const input = createTrainingInput({ parameters, seed }, description, images, imageInput);
  if (deps.checkFirstBatch) {
    const inputs = { ...(await input.startEpoch(1).fill(0)), scalars: scalarsAt(parameters, 0, input.stepsPerEpoch) };
    await checkFirstBatch({
      executor,
      description,
      parameters,
      step,
      compiled: trainStep,
      run: { state: initial, inputs },
    });
    await pause();
  }
  const training = { parameters, input, step: trainStep, state, now, onProgress, pause };
  const evaluationOf = (name: 'validation' | 'test'): Evaluation => {
    const view = images[name];
    const set = view.images === images.train.images ? 'train' : 'test';
    const { corruptImages, normalisation: mode } = parameters;
    const { normalisation } = facts;
    const crops = createTestInput({ input: imageInput, set, view, normalisation, mode, corruptImages });
    return { description, step: testStep, batchSize, state, view, input: crops, pause };
  };
  const evaluation = evaluationOf('test');
  // Whoever chooses by the learning curve must not have seen the test images.
  const curve = images.validation.places.length > 0 ? evaluationOf('validation') : evaluation;
  const steps = input.stepsPerEpoch * trainEpochs;
  // The first scale stands for all of them while the trial goes on.
  const centreCrop = testCrops(testScales(parameters)[0] ?? description.side, description.side, 1, false);
  const timed = async (trainEpoch: number, measure: () => Promise<number>): Promise<Timed> => {
    onProgress({ phase: 'testing', trainEpoch, trainEpochs, step: trainEpoch * input.stepsPerEpoch, steps });
    const start = now();
    const error = await measure();
    return { error, seconds: (now() - start) / 1000 };
  };

  const epochs: EpochResult[] = [];
  let testSeconds = 0;
  for (let trainEpoch = 1; trainEpoch <= trainEpochs; trainEpoch += 1) {
    const epoch = await trainOneEpoch(training, trainEpoch);
    epochs.push(epoch);
    const centre = await timed(trainEpoch, () => measureError(curve, centreCrop));
    testSeconds += centre.seconds;
    const { trainLoss, trainError, learningRate } = epoch;
    onReport({ trainEpoch, metrics: { trainLoss, trainError, testError: centre.error, learningRate } });
  }
  const final = await timed(trainEpochs, () => measureFinalError(parameters, description, executor, evaluation));
  const metrics = summarise(epochs, final.error, testSeconds + final.seconds);
  return {
    metrics,
    provenance: { ...provenanceOf(executor, parameters.dataset, facts.normalisation), ...damagedImages(images) },
  };
}

interface Timed {
  readonly error: number;
  readonly seconds: number;
}

function summarise(epochs: readonly EpochResult[], testError: number, testSeconds: number): TrialMetrics {
  const trainSeconds = epochs.reduce((total, { seconds }) => total + seconds, 0);
  const inputWaitSeconds = epochs.reduce((total, epoch) => total + epoch.inputWaitSeconds, 0);
  const images = epochs.reduce((total, epoch) => total + epoch.images, 0);
  const { trainLoss = Number.NaN, trainError = Number.NaN } = epochs.at(-1) ?? {};
  const imagesPerSecond = trainSeconds > 0 ? images / trainSeconds : 0;
  return { testError, trainError, trainLoss, imagesPerSecond, trainSeconds, inputWaitSeconds, testSeconds };
}

function provenanceOf(
  executor: Executor,
  dataset: string,
  normalisation: TrialProvenance['normalisation'],
): TrialProvenance {
  return {
    engine: executor.describe(),
    node: process.version,
    tensorflowJs: version_core,
    streams: STREAMS_VERSION,
    dataset,
    normalisation,
  };
}
