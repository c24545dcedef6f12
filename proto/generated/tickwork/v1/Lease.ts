// Original file: proto/tickwork/v1/worker.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What makes an assignment unmistakable: a message with a lower attempt or epoch is refused (invariant I3).
 */
export interface Lease {
  'leaseId'?: (string);
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'sweep'?: (string);
  'cell'?: (number | string | Long);
  'attempt'?: (number);
  /**
   * Leadership epoch of the coordinator that granted it.
   */
  'epoch'?: (number | string | Long);
}

/**
 * What makes an assignment unmistakable: a message with a lower attempt or epoch is refused (invariant I3).
 */
export interface Lease__Output {
  'leaseId': (string);
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'sweep': (string);
  'cell': (number);
  'attempt': (number);
  /**
   * Leadership epoch of the coordinator that granted it.
   */
  'epoch': (number);
}
