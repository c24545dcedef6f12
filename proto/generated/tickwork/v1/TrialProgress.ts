// Original file: proto/tickwork/v1/sweep.proto

import type { Long } from '@grpc/proto-loader';

export interface TrialProgress {
  /**
   * 1-based training epoch.
   */
  'trainEpoch'?: (number);
  'trainEpochs'?: (number);
  /**
   * Steps done and to do over the whole trial.
   */
  'step'?: (number | string | Long);
  'steps'?: (number | string | Long);
  'loss'?: (number | string);
  'imagesPerSecond'?: (number | string);
  /**
   * What the trial is doing: `loading`, `training`, `testing`.
   */
  'phase'?: (string);
  '_loss'?: "loss";
  '_imagesPerSecond'?: "imagesPerSecond";
}

export interface TrialProgress__Output {
  /**
   * 1-based training epoch.
   */
  'trainEpoch': (number);
  'trainEpochs': (number);
  /**
   * Steps done and to do over the whole trial.
   */
  'step': (number);
  'steps': (number);
  'loss'?: (number);
  'imagesPerSecond'?: (number);
  /**
   * What the trial is doing: `loading`, `training`, `testing`.
   */
  'phase': (string);
  '_loss'?: "loss";
  '_imagesPerSecond'?: "imagesPerSecond";
}
