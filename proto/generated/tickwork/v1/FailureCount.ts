// Original file: proto/tickwork/v1/result.proto

import type { FailureKind as _tickwork_v1_FailureKind, FailureKind__Output as _tickwork_v1_FailureKind__Output } from '../../tickwork/v1/FailureKind.ts';

export interface FailureCount {
  'kind'?: (_tickwork_v1_FailureKind);
  'count'?: (number);
  /**
   * Message of the first such failure.
   */
  'example'?: (string);
}

export interface FailureCount__Output {
  'kind': (_tickwork_v1_FailureKind__Output);
  'count': (number);
  /**
   * Message of the first such failure.
   */
  'example': (string);
}
