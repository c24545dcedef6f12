import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { describeNetwork } from '../../core/catalogue/networks.ts';
import { withoutFrozenDropout } from '../../core/networks/frozen.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import type { Executor } from '../../engine/executor.ts';
import { createLifecycle, type Lifecycle } from '../../runtime/lifecycle.ts';
import { checkTrial } from './check-trial.ts';
import { createSaving } from './checkpoints/saving.ts';
import { testCrops } from './data/crops.ts';
import { damagedImages } from './data/damaged-images.ts';
import type { DatasetSource } from './data/dataset-cache.ts';
import { selectImages } from './data/trial-images.ts';
import { type Evaluation, measureError } from './evaluation.ts';
import { failureOf } from './failure.ts';
import { judgeFinally, testScales } from './final-test.ts';
import { checkFirstBatch } from './first-batch.ts';
import { type InputResources, openImageInput } from './input/open-input.ts';
import { createTestInput } from './input/test-input.ts';
import { measureMeanImage } from './mean-image.ts';
import { evaluationStep, votesOf } from './networks/evaluation-step.ts';
import { meanImageScaling, scalingOf } from './networks/pixel-scaling.ts';
import { trainingStep } from './networks/training-step.ts';
import { scalarsAt } from './optimisers/optimisers.ts';
import type { TrialMetrics, TrialOutcome, TrialProgress, TrialProvenance, TrialReport } from './outcome.ts';
import { startNextEpoch } from './progress.ts';
import { provenanceOf, testMetrics } from './results.ts';
import { type CheckpointPlace, findStart, keepFinalWeights } from './start.ts';
import { summariseEpoch, type Training, trainOneEpoch } from './train-epoch.ts';
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
  /** Asked once `signal` has aborted: whether the trial will be run again. Default: no. */
  readonly isPreempted?: () => boolean;
  readonly onProgress: (progress: TrialProgress) => void;
  /** Prove the training step on the first batch before training; see first-batch.ts. */
  readonly checkFirstBatch?: boolean;
  /** Without it the trial saves nothing, and resumes nothing. */
  readonly checkpoints?: CheckpointPlace | undefined;
  /** What a person should know though the trial goes on: a checkpoint was damaged or could not be saved. */
  readonly onWarning: (message: string) => void;
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

async function train(spec: TrialSpec, deps: TrainerDependencies, lifecycle: Lifecycle): Promise<Trained> {
  const { parameters } = spec;
  const { executor, datasets, now, signal, onProgress, onReport, onWarning, isPreempted = () => false } = deps;
  const { batchSize, trainEpochs } = parameters;
  signal.throwIfAborted();
  onProgress({ phase: 'loading', trainEpoch: Math.min(1, trainEpochs), trainEpochs, step: 0, steps: 0 });
  const dataset = await datasets.load(parameters);
  const images = selectImages(parameters, spec.seed, dataset);
  const { facts, classes } = images;
  const { network, config, dropout } = parameters;
  const description = describeNetwork(network, config, { channels: facts.channels, classes, dropout });
  checkTrial(parameters, description.side);
  const trained = withoutFrozenDropout(description, parameters.freeze);
  const imageInput = openImageInput(images, parameters, deps.inputResources ?? NO_RESOURCES);
  lifecycle.add('the image input', () => imageInput.close());
  const input = createTrainingInput(spec, trained, images, imageInput);
  const steps = input.stepsPerEpoch * trainEpochs;

  const pause = async (): Promise<void> => {
    await yieldToEventLoop();
    signal.throwIfAborted();
  };
  const start = await findStart(spec, trained, deps);
  const state = executor.createState(start.state);
  lifecycle.add('the state', () => state.dispose());
  const { inputNormalisation } = parameters;
  const scaling =
    inputNormalisation === 'subtract-mean-image'
      ? meanImageScaling(
          await measureMeanImage(imageInput, images.train, { ...parameters, side: description.side, pause }),
          facts.channels,
        )
      : scalingOf(facts.normalisation, inputNormalisation);
  const training = trainEpochs === 0 ? undefined : await prepareTraining();
  // What fits in memory for training fits for testing, so both use one batch size.
  const testStep = await executor.compile(evaluationStep(description, batchSize, votesOf(parameters.loss), scaling));
  lifecycle.add('the evaluation step', () => testStep.dispose());

  const evaluationOf = (name: 'validation' | 'test'): Evaluation => {
    const view = images[name];
    const set = view.images === images.train.images ? 'train' : 'test';
    const crops = createTestInput({ input: imageInput, set, view, corruptImages: parameters.corruptImages });
    return { description, scaling, step: testStep, batchSize, state, view, input: crops, pause };
  };
  const evaluation = evaluationOf('test');
  // Whoever chooses by the learning curve must not have seen the test images.
  const curve = images.validation.places.length > 0 ? evaluationOf('validation') : evaluation;
  // The first scale stands for all of them while the trial goes on.
  const centreCrop = testCrops(testScales(parameters)[0] ?? description.side, description.side, 1, false);
  const timed = async <T>(trainEpoch: number, measure: () => Promise<T>): Promise<Timed<T>> => {
    onProgress({ phase: 'testing', trainEpoch, trainEpochs, step: trainEpoch * input.stepsPerEpoch, steps });
    const begun = now();
    const found = await measure();
    return { found, seconds: (now() - begun) / 1000 };
  };

  let progress = start.progress;
  // An attempt tells its whole learning curve, also what an earlier one has computed.
  for (const [index, metrics] of progress.epochs.entries()) onReport({ trainEpoch: index + 1, metrics });
  while (training !== undefined && progress.epochs.length < trainEpochs) {
    const ended = await trainOneEpoch(training, progress);
    const trainEpoch = ended.epochs.length + 1;
    const centre = await timed(trainEpoch, () => {
      const measuring = measureError(curve, centreCrop);
      // The evaluation has opened its pass by now: the next epoch's is cut behind it.
      if (trainEpoch < trainEpochs) input.prepareEpoch(trainEpoch + 1);
      return measuring;
    });
    const metrics = { ...summariseEpoch(ended), testError: centre.found };
    progress = startNextEpoch(ended, metrics, centre.seconds);
    onReport({ trainEpoch, metrics });
  }
  const final = await timed(trainEpochs, () => judgeFinally(parameters, description, executor, evaluation));
  const { trainSeconds, inputWaitSeconds, testSeconds } = progress;
  const last = progress.epochs.at(-1);
  const metrics = {
    ...testMetrics(final.found),
    ...(last && {
      trainError: last.trainError,
      trainLoss: last.trainLoss,
      imagesPerSecond: trainSeconds > 0 ? (steps * batchSize) / trainSeconds : 0,
    }),
    trainSeconds,
    inputWaitSeconds,
    testSeconds: testSeconds + final.seconds,
  };
  const kept = await keepFinalWeights(spec, description, state, deps.checkpoints);
  const provenance = provenanceOf(executor, parameters.dataset, facts.normalisation);
  return {
    metrics,
    provenance: { ...provenance, perClass: final.found.perClass, ...start.origin, ...kept, ...damagedImages(images) },
  };

  /** Compiles the training step, and proves it where that is asked for. */
  async function prepareTraining(): Promise<Training> {
    const step = trainingStep(trained, batchSize, parameters, scaling);
    const compiled = await executor.compile(step);
    lifecycle.add('the training step', () => compiled.dispose());
    if (deps.checkFirstBatch && start.origin.resumedFrom === undefined) {
      const { batch, noise } = await input.startEpoch(1).fill(0);
      const scalars = scalarsAt(parameters, 0, input.stepsPerEpoch);
      const run = { state: start.state, inputs: { batch, scalars, noise } };
      await checkFirstBatch({ executor, description: trained, parameters, scaling, step, compiled, run });
      await pause();
    }
    const rhythm = { every: parameters.checkpointEvery, steps };
    const saving = start.store && createSaving(start.store, state, rhythm, { onWarning, isPreempted });
    return { parameters, input, step: compiled, state, now, onProgress, pause, saving };
  }
}

interface Timed<T> {
  readonly found: T;
  readonly seconds: number;
}
