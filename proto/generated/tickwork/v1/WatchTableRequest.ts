// Original file: proto/tickwork/v1/result.proto

import type { GetTableRequest as _tickwork_v1_GetTableRequest, GetTableRequest__Output as _tickwork_v1_GetTableRequest__Output } from '../../tickwork/v1/GetTableRequest.ts';

export interface WatchTableRequest {
  'table'?: (_tickwork_v1_GetTableRequest | null);
  /**
   * Least time between two messages; 0 means 1,000 ms.
   */
  'minIntervalMs'?: (number);
}

export interface WatchTableRequest__Output {
  'table': (_tickwork_v1_GetTableRequest__Output | null);
  /**
   * Least time between two messages; 0 means 1,000 ms.
   */
  'minIntervalMs': (number);
}
