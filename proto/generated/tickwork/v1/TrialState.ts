// Original file: proto/tickwork/v1/sweep.proto

export const TrialState = {
  TRIAL_STATE_UNSPECIFIED: 'TRIAL_STATE_UNSPECIFIED',
  TRIAL_STATE_PENDING: 'TRIAL_STATE_PENDING',
  TRIAL_STATE_LEASED: 'TRIAL_STATE_LEASED',
  TRIAL_STATE_RUNNING: 'TRIAL_STATE_RUNNING',
  TRIAL_STATE_SUCCEEDED: 'TRIAL_STATE_SUCCEEDED',
  TRIAL_STATE_FAILED: 'TRIAL_STATE_FAILED',
  TRIAL_STATE_CANCELLED: 'TRIAL_STATE_CANCELLED',
  /**
   * Early, by the study's rule, because others did better.
   */
  TRIAL_STATE_STOPPED: 'TRIAL_STATE_STOPPED',
  /**
   * The trial from whose weights it would start has ended without a result.
   */
  TRIAL_STATE_BLOCKED: 'TRIAL_STATE_BLOCKED',
} as const;

export type TrialState =
  | 'TRIAL_STATE_UNSPECIFIED'
  | 0
  | 'TRIAL_STATE_PENDING'
  | 1
  | 'TRIAL_STATE_LEASED'
  | 2
  | 'TRIAL_STATE_RUNNING'
  | 3
  | 'TRIAL_STATE_SUCCEEDED'
  | 4
  | 'TRIAL_STATE_FAILED'
  | 5
  | 'TRIAL_STATE_CANCELLED'
  | 6
  /**
   * Early, by the study's rule, because others did better.
   */
  | 'TRIAL_STATE_STOPPED'
  | 7
  /**
   * The trial from whose weights it would start has ended without a result.
   */
  | 'TRIAL_STATE_BLOCKED'
  | 8

export type TrialState__Output = typeof TrialState[keyof typeof TrialState]
