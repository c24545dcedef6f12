import { TickworkError } from '../../core/errors.ts';
import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import type { CompiledStep, StepState } from '../../engine/executor.ts';
import { scalarsAt } from './optimisers/optimisers.ts';
import type { EpochMetrics, TrialProgress } from './outcome.ts';
import type { TrainingProgress } from './progress.ts';
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
  /** Without it nothing is saved. */
  readonly saving?: Saving | undefined;
}

/** When and how a trial saves where it is. */
export interface Saving {
  /** @param step training steps done over the whole trial. */
  isDue(step: number): boolean;
  save(step: number, progress: TrainingProgress): Promise<void>;
  /** Whether a trial that is stopped now will be run again, so that its place is worth saving. */
  readonly isPreempted: () => boolean;
}

/**
 * The steps that are left of the train epoch under way.
 * @param from where the trial is.
 * @returns where it is after the last step, before the epoch is tested.
 * @throws TickworkError TRIAL_DIVERGED when a loss is NaN or infinite or has exploded, and what `pause` throws.
 */
export async function trainOneEpoch(training: Training, from: TrainingProgress): Promise<TrainingProgress> {
  const { parameters, input, step: compiled, state, now, onProgress, pause, saving } = training;
  const { batchSize, trainEpochs } = parameters;
  const { stepsPerEpoch } = input;
  const trainEpoch = from.epochs.length + 1;
  const steps = stepsPerEpoch * trainEpochs;
  const watched = from.epochs.map((metrics) => metrics[parameters.scheduleMetric]);
  let start = now();
  const epoch = input.startEpoch(trainEpoch, from.current.steps);
  let { firstLoss } = from;
  let { steps: done, lossSum, errors, judged, learningRate } = from.current;
  let waitedMs = 0;
  let reported = { done, at: start };
  const progressAt = (at: number): TrainingProgress => {
    const seconds = from.current.seconds + (at - start) / 1000;
    const inputWaitSeconds = from.current.inputWaitSeconds + waitedMs / 1000;
    const current = { steps: done, lossSum, errors, judged, learningRate, seconds, inputWaitSeconds };
    return { ...from, ...(firstLoss === undefined ? {} : { firstLoss }), current };
  };
  while (done < stepsPerEpoch) {
    const step = (trainEpoch - 1) * stepsPerEpoch + done;
    const scalars = scalarsAt(parameters, step, stepsPerEpoch, watched);
    learningRate = scalars.learningRate;
    const asked = now();
    const inputs = await epoch.fill(done);
    waitedMs += now() - asked;
    const { batch, noise } = inputs;
    const metrics = await compiled.run(state, { batch, scalars, noise });
    const loss = metrics.loss?.data[0] ?? Number.NaN;
    firstLoss ??= loss;
    requireConvergence(loss, firstLoss, parameters.divergenceFactor, `step ${step + 1} of ${steps}`);
    lossSum += loss;
    errors += metrics.errors?.data[0] ?? Number.NaN;
    judged += inputs.judged;
    done += 1;
    if (done % PROGRESS_INTERVAL === 0 || done === stepsPerEpoch) {
      const at = now();
      const imagesPerSecond = perSecond((done - reported.done) * batchSize, at - reported.at);
      onProgress({ phase: 'training', trainEpoch, trainEpochs, step: step + 1, steps, loss, imagesPerSecond });
      reported = { done, at };
    }
    const saves = saving?.isDue(step + 1) ?? false;
    if (saving && saves) {
      const at = now();
      await saving.save(step + 1, progressAt(at));
      const pauseMs = now() - at;
      start += pauseMs;
      reported = { done: reported.done, at: reported.at + pauseMs };
    }
    try {
      await pause();
    } catch (stop) {
      if (saving?.isPreempted() && !saves) await saving.save(step + 1, progressAt(now()));
      throw stop;
    }
  }
  return progressAt(now());
}

/** What is told of a train epoch that is over: means over its steps. */
export function summariseEpoch({
  current,
}: TrainingProgress): Pick<EpochMetrics, 'trainLoss' | 'trainError' | 'learningRate'> {
  const { steps, lossSum, errors, judged, learningRate } = current;
  return { trainLoss: lossSum / steps, trainError: judged === 0 ? 0 : (100 * errors) / judged, learningRate };
}

function requireConvergence(loss: number, firstLoss: number, factor: number, when: string): void {
  if (!Number.isFinite(loss)) {
    throw new TickworkError(
      'TRIAL_DIVERGED',
      `Expected a finite loss at ${when}, got ${loss}. Try a lower learning rate.`,
    );
  }
  // A loss that was almost 0 at first may well grow a thousandfold.
  const limit = factor * Math.max(firstLoss, 1);
  if (factor === 0 || loss <= limit) return;
  throw new TickworkError(
    'TRIAL_DIVERGED',
    `Expected a loss of at most ${limit} at ${when} (divergenceFactor ${factor}; the first was ${firstLoss}), got ${loss}. ` +
      'Try a lower learning rate.',
  );
}

/** 0 while the clock has not moved, so that the rate stays a finite number. */
function perSecond(count: number, milliseconds: number): number {
  return milliseconds > 0 ? (1000 * count) / milliseconds : 0;
}
