// Original file: proto/tickwork/v1/worker.proto

import type { Lease as _tickwork_v1_Lease, Lease__Output as _tickwork_v1_Lease__Output } from '../../tickwork/v1/Lease.ts';
import type { FailureKind as _tickwork_v1_FailureKind, FailureKind__Output as _tickwork_v1_FailureKind__Output } from '../../tickwork/v1/FailureKind.ts';

export interface TrialReleased {
  'lease'?: (_tickwork_v1_Lease | null);
  'kind'?: (_tickwork_v1_FailureKind);
  'message'?: (string);
}

export interface TrialReleased__Output {
  'lease': (_tickwork_v1_Lease__Output | null);
  'kind': (_tickwork_v1_FailureKind__Output);
  'message': (string);
}
