import { TickworkError } from '../../core/errors.ts';
import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import type { CompiledStep, StepState } from '../../engine/executor.ts';
import { scalarsAt } from './optimisers/optimisers.ts';
import type { TrialProgress } from './outcome.ts';
import type { TrainingInput } from './training-input.ts';

/** Training steps between two progress messages. */
const PROGRESS_INTERVAL = 10;

export interface Training {
  readonly parameters: TrialParameters;
  readonly input: TrainingInput;
  /** Compiled from `trainingStep(description, parameters.batchSize)`. */
  readonly step: CompiledStep;
  readonly state: StepState;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly onProgress: (progress: TrialProgress) => void;
  /** Called between steps: gives way to other work, and throws when the trial is to stop. */
  readonly pause: () => Promise<void>;
}

export interface EpochResult {
  /** Mean over the steps, each under the weights it found. */
  readonly trainLoss: number;
  /** Percent, likewise. */
  readonly trainError: number;
  /** Of the last step. */
  readonly learningRate: number;
  readonly images: number;
  readonly seconds: number;
  /** Of them, what steps have waited for their batch. */
  readonly inputWaitSeconds: number;
}

/**
 * Every step of one train epoch.
 * @param trainEpoch 1-based.
 * @throws TickworkError TRIAL_DIVERGED when a loss is NaN or infinite, and what `pause` throws.
 */
export async function trainOneEpoch(training: Training, trainEpoch: number): Promise<EpochResult> {
  const { parameters, input, step: compiled, state, now, onProgress, pause } = training;
  const { batchSize, trainEpochs } = parameters;
  const { stepsPerEpoch } = input;
  const steps = stepsPerEpoch * trainEpochs;
  const start = now();
  const epoch = input.startEpoch(trainEpoch);
  let lossSum = 0;
  let errors = 0;
  let learningRate = 0;
  let waited = 0;
  let reported = { step: 0, at: start };
  for (let step = 0; step < stepsPerEpoch; step += 1) {
    const before = (trainEpoch - 1) * stepsPerEpoch + step;
    const scalars = scalarsAt(parameters, before, stepsPerEpoch);
    learningRate = scalars.learningRate;
    const asked = now();
    const inputs = await epoch.fill(step);
    waited += now() - asked;
    const metrics = await compiled.run(state, { ...inputs, scalars });
    const loss = metrics.loss?.data[0] ?? Number.NaN;
    if (!Number.isFinite(loss)) {
      throw new TickworkError(
        'TRIAL_DIVERGED',
        `Expected a finite loss at step ${before + 1} of ${steps}, got ${loss}. Try a lower learning rate.`,
      );
    }
    lossSum += loss;
    errors += metrics.errors?.data[0] ?? Number.NaN;
    const done = step + 1;
    if (done % PROGRESS_INTERVAL === 0 || done === stepsPerEpoch) {
      const at = now();
      const imagesPerSecond = perSecond((done - reported.step) * batchSize, at - reported.at);
      onProgress({ phase: 'training', trainEpoch, trainEpochs, step: before + 1, steps, loss, imagesPerSecond });
      reported = { step: done, at };
    }
    await pause();
  }
  const images = stepsPerEpoch * batchSize;
  const seconds = (now() - start) / 1000;
  return {
    trainLoss: lossSum / stepsPerEpoch,
    trainError: (100 * errors) / images,
    learningRate,
    images,
    seconds,
    inputWaitSeconds: waited / 1000,
  };
}

/** 0 while the clock has not moved, so that the rate stays a finite number. */
function perSecond(count: number, milliseconds: number): number {
  return milliseconds > 0 ? (1000 * count) / milliseconds : 0;
}
