// Original file: proto/tickwork/v1/worker.proto

import type { Long } from '@grpc/proto-loader';

export interface Welcome {
  'epoch'?: (number | string | Long);
  'heartbeatIntervalMs'?: (number);
  'leaseDurationMs'?: (number);
  /**
   * Where results go.
   */
  'natsServers'?: (string)[];
  'natsNamespace'?: (string);
  'coordinatorVersion'?: (string);
}

export interface Welcome__Output {
  'epoch': (number);
  'heartbeatIntervalMs': (number);
  'leaseDurationMs': (number);
  /**
   * Where results go.
   */
  'natsServers': (string)[];
  'natsNamespace': (string);
  'coordinatorVersion': (string);
}
