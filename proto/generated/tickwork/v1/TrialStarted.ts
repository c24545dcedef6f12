// Original file: proto/tickwork/v1/worker.proto

import type { Lease as _tickwork_v1_Lease, Lease__Output as _tickwork_v1_Lease__Output } from '../../tickwork/v1/Lease.ts';

export interface TrialStarted {
  'lease'?: (_tickwork_v1_Lease | null);
}

export interface TrialStarted__Output {
  'lease': (_tickwork_v1_Lease__Output | null);
}
