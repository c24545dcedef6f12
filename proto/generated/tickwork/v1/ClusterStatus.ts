// Original file: proto/tickwork/v1/cluster.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface ClusterStatus {
  'softwareVersion'?: (string);
  'protocolVersion'?: (number);
  /**
   * Leadership epoch.
   */
  'epoch'?: (number | string | Long);
  'startTime'?: (_google_protobuf_Timestamp | null);
  'workers'?: (number);
  'slots'?: (number);
  'busySlots'?: (number);
  'activeSweeps'?: (number | string | Long);
  /**
   * Address of the page, the JSON API and /metrics.
   */
  'httpAddress'?: (string);
  'natsVersion'?: (string);
  /**
   * What an acknowledged message survives, for example `process crash; fsync every 60s`.
   */
  'durability'?: (string);
  'eventLogSequence'?: (number | string | Long);
  'resultsCommitted'?: (number | string | Long);
  'resultsQuarantined'?: (number | string | Long);
}

export interface ClusterStatus__Output {
  'softwareVersion': (string);
  'protocolVersion': (number);
  /**
   * Leadership epoch.
   */
  'epoch': (number);
  'startTime': (_google_protobuf_Timestamp__Output | null);
  'workers': (number);
  'slots': (number);
  'busySlots': (number);
  'activeSweeps': (number);
  /**
   * Address of the page, the JSON API and /metrics.
   */
  'httpAddress': (string);
  'natsVersion': (string);
  /**
   * What an acknowledged message survives, for example `process crash; fsync every 60s`.
   */
  'durability': (string);
  'eventLogSequence': (number);
  'resultsCommitted': (number);
  'resultsQuarantined': (number);
}
