import type { EpochMetrics } from './outcome.ts';

/** One train epoch as far as it has come. */
export interface EpochProgress {
  /** Steps done. */
  readonly steps: number;
  /** Sum over these steps, each under the weights it found. */
  readonly lossSum: number;
  /** Images whose highest score was not for a class that they show, likewise; of `judged` images, which show one. */
  readonly errors: number;
  readonly judged: number;
  /** Of the last step. */
  readonly learningRate: number;
  /** Training only, saving of checkpoints left out. */
  readonly seconds: number;
  /** Of them, what steps have waited for their batch. */
  readonly inputWaitSeconds: number;
}

/** Where a trial is between two training steps; plain JSON. */
export interface TrainingProgress {
  /** What was reported of each train epoch that is over. */
  readonly epochs: readonly EpochMetrics[];
  /** The one under way, number `epochs.length + 1`. */
  readonly current: EpochProgress;
  /** The loss of the very first step, by which an explosion is measured; undefined before it. */
  readonly firstLoss?: number;
  /** Of the train epochs that are over. */
  readonly trainSeconds: number;
  readonly inputWaitSeconds: number;
  readonly testSeconds: number;
}

const EPOCH_START: EpochProgress = {
  steps: 0,
  lossSum: 0,
  errors: 0,
  judged: 0,
  learningRate: 0,
  seconds: 0,
  inputWaitSeconds: 0,
};

export const TRIAL_START: TrainingProgress = {
  epochs: [],
  current: EPOCH_START,
  trainSeconds: 0,
  inputWaitSeconds: 0,
  testSeconds: 0,
};

/** The train epoch under way is over and has been tested. */
export function startNextEpoch(
  { epochs, current, firstLoss, trainSeconds, inputWaitSeconds, testSeconds }: TrainingProgress,
  metrics: EpochMetrics,
  seconds: number,
): TrainingProgress {
  return {
    epochs: [...epochs, metrics],
    current: EPOCH_START,
    ...(firstLoss === undefined ? {} : { firstLoss }),
    trainSeconds: trainSeconds + current.seconds,
    inputWaitSeconds: inputWaitSeconds + current.inputWaitSeconds,
    testSeconds: testSeconds + seconds,
  };
}
