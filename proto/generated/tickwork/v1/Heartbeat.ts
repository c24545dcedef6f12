// Original file: proto/tickwork/v1/worker.proto

import type { RunningTrial as _tickwork_v1_RunningTrial, RunningTrial__Output as _tickwork_v1_RunningTrial__Output } from '../../tickwork/v1/RunningTrial.ts';
import type { Long } from '@grpc/proto-loader';

export interface Heartbeat {
  'sequence'?: (number | string | Long);
  'running'?: (_tickwork_v1_RunningTrial)[];
  /**
   * Records waiting for a receipt.
   */
  'outboxRecords'?: (number | string | Long);
  /**
   * True once the worker has been told to stop: it takes no further assignment.
   */
  'draining'?: (boolean);
}

export interface Heartbeat__Output {
  'sequence': (number);
  'running': (_tickwork_v1_RunningTrial__Output)[];
  /**
   * Records waiting for a receipt.
   */
  'outboxRecords': (number);
  /**
   * True once the worker has been told to stop: it takes no further assignment.
   */
  'draining': (boolean);
}
