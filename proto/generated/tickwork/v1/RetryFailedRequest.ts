// Original file: proto/tickwork/v1/sweep.proto

import type { FailureKind as _tickwork_v1_FailureKind, FailureKind__Output as _tickwork_v1_FailureKind__Output } from '../../tickwork/v1/FailureKind.ts';

export interface RetryFailedRequest {
  'requestId'?: (string);
  'name'?: (string);
  /**
   * Only failures of these kinds; empty means all.
   */
  'kinds'?: (_tickwork_v1_FailureKind)[];
}

export interface RetryFailedRequest__Output {
  'requestId': (string);
  'name': (string);
  /**
   * Only failures of these kinds; empty means all.
   */
  'kinds': (_tickwork_v1_FailureKind__Output)[];
}
