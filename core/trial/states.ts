/** States of a trial; see trial.ts for what leads from one to another. */
export const TRIAL_STATES = [
  'pending',
  'leased',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'stopped',
  'blocked',
] as const;

export type TrialState = (typeof TRIAL_STATES)[number];

/** Why an attempt ended without a result. Never a number, never a silent gap (invariant I5). */
export const FAILURE_KINDS = [
  'diverged',
  'out_of_memory',
  'user_error',
  'infrastructure',
  'preempted',
  'timed_out',
  'cancelled',
] as const;

export type FailureKind = (typeof FAILURE_KINDS)[number];

export const SWEEP_STATES = ['active', 'completed', 'cancelled'] as const;

export type SweepStatus = (typeof SWEEP_STATES)[number];

/** What became of a record that a worker delivered. */
export const DISPOSITIONS = ['committed', 'superseded', 'quarantined'] as const;

export type Disposition = (typeof DISPOSITIONS)[number];
