// Original file: proto/tickwork/v1/worker.proto

import type { Lease as _tickwork_v1_Lease, Lease__Output as _tickwork_v1_Lease__Output } from '../../tickwork/v1/Lease.ts';

/**
 * The trial has had its last word and its slot is free; the lease is held on until the receipt for that word.
 */
export interface TrialEnded {
  'lease'?: (_tickwork_v1_Lease | null);
  /**
   * Of the trial in its slot.
   */
  'durationMs'?: (number | string);
}

/**
 * The trial has had its last word and its slot is free; the lease is held on until the receipt for that word.
 */
export interface TrialEnded__Output {
  'lease': (_tickwork_v1_Lease__Output | null);
  /**
   * Of the trial in its slot.
   */
  'durationMs': (number);
}
