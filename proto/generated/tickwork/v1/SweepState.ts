// Original file: proto/tickwork/v1/sweep.proto

export const SweepState = {
  SWEEP_STATE_UNSPECIFIED: 'SWEEP_STATE_UNSPECIFIED',
  SWEEP_STATE_ACTIVE: 'SWEEP_STATE_ACTIVE',
  SWEEP_STATE_COMPLETED: 'SWEEP_STATE_COMPLETED',
  SWEEP_STATE_CANCELLED: 'SWEEP_STATE_CANCELLED',
} as const;

export type SweepState =
  | 'SWEEP_STATE_UNSPECIFIED'
  | 0
  | 'SWEEP_STATE_ACTIVE'
  | 1
  | 'SWEEP_STATE_COMPLETED'
  | 2
  | 'SWEEP_STATE_CANCELLED'
  | 3

export type SweepState__Output = typeof SweepState[keyof typeof SweepState]
