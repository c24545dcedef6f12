// Original file: proto/tickwork/v1/cluster.proto

import type { WorkerState as _tickwork_v1_WorkerState, WorkerState__Output as _tickwork_v1_WorkerState__Output } from '../../tickwork/v1/WorkerState.ts';
import type { Device as _tickwork_v1_Device, Device__Output as _tickwork_v1_Device__Output } from '../../tickwork/v1/Device.ts';
import type { RunningTrial as _tickwork_v1_RunningTrial, RunningTrial__Output as _tickwork_v1_RunningTrial__Output } from '../../tickwork/v1/RunningTrial.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface Worker {
  /**
   * Resource name, `workers/{worker}`.
   */
  'name'?: (string);
  'state'?: (_tickwork_v1_WorkerState);
  'host'?: (string);
  'pid'?: (number | string | Long);
  'softwareVersion'?: (string);
  'slots'?: (number);
  'devices'?: (_tickwork_v1_Device)[];
  'running'?: (_tickwork_v1_RunningTrial)[];
  'outboxRecords'?: (number | string | Long);
  'connectTime'?: (_google_protobuf_Timestamp | null);
  'lastHeardTime'?: (_google_protobuf_Timestamp | null);
  /**
   * Share of slot time spent inside trials since the worker connected, 0 to 1.
   */
  'slotUse'?: (number | string);
  'labels'?: ({[key: string]: string});
  /**
   * Why it is given nothing, or one trial at a time, for now; empty when it is trusted.
   */
  'quarantineReason'?: (string);
  /**
   * Until then it is given nothing; then one trial at a time, until one succeeds.
   */
  'quarantineEndTime'?: (_google_protobuf_Timestamp | null);
  '_slotUse'?: "slotUse";
  '_quarantineEndTime'?: "quarantineEndTime";
}

export interface Worker__Output {
  /**
   * Resource name, `workers/{worker}`.
   */
  'name': (string);
  'state': (_tickwork_v1_WorkerState__Output);
  'host': (string);
  'pid': (number);
  'softwareVersion': (string);
  'slots': (number);
  'devices': (_tickwork_v1_Device__Output)[];
  'running': (_tickwork_v1_RunningTrial__Output)[];
  'outboxRecords': (number);
  'connectTime': (_google_protobuf_Timestamp__Output | null);
  'lastHeardTime': (_google_protobuf_Timestamp__Output | null);
  /**
   * Share of slot time spent inside trials since the worker connected, 0 to 1.
   */
  'slotUse'?: (number);
  'labels': ({[key: string]: string});
  /**
   * Why it is given nothing, or one trial at a time, for now; empty when it is trusted.
   */
  'quarantineReason': (string);
  /**
   * Until then it is given nothing; then one trial at a time, until one succeeds.
   */
  'quarantineEndTime'?: (_google_protobuf_Timestamp__Output | null);
  '_slotUse'?: "slotUse";
  '_quarantineEndTime'?: "quarantineEndTime";
}
