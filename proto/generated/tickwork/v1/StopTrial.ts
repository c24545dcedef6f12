// Original file: proto/tickwork/v1/worker.proto

import type { Lease as _tickwork_v1_Lease, Lease__Output as _tickwork_v1_Lease__Output } from '../../tickwork/v1/Lease.ts';

export interface StopTrial {
  'lease'?: (_tickwork_v1_Lease | null);
  'reason'?: (string);
  /**
   * Only if it still waits for a slot: a trial that has begun goes on, and this order needs no answer then.
   */
  'unlessBegun'?: (boolean);
}

export interface StopTrial__Output {
  'lease': (_tickwork_v1_Lease__Output | null);
  'reason': (string);
  /**
   * Only if it still waits for a slot: a trial that has begun goes on, and this order needs no answer then.
   */
  'unlessBegun': (boolean);
}
