// Original file: proto/tickwork/v1/worker.proto

import type { Lease as _tickwork_v1_Lease, Lease__Output as _tickwork_v1_Lease__Output } from '../../tickwork/v1/Lease.ts';
import type { TrialProgress as _tickwork_v1_TrialProgress, TrialProgress__Output as _tickwork_v1_TrialProgress__Output } from '../../tickwork/v1/TrialProgress.ts';

export interface RunningTrial {
  'lease'?: (_tickwork_v1_Lease | null);
  'progress'?: (_tickwork_v1_TrialProgress | null);
}

export interface RunningTrial__Output {
  'lease': (_tickwork_v1_Lease__Output | null);
  'progress': (_tickwork_v1_TrialProgress__Output | null);
}
