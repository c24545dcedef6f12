// Original file: proto/tickwork/v1/worker.proto

import type { Device as _tickwork_v1_Device, Device__Output as _tickwork_v1_Device__Output } from '../../tickwork/v1/Device.ts';
import type { Lease as _tickwork_v1_Lease, Lease__Output as _tickwork_v1_Lease__Output } from '../../tickwork/v1/Lease.ts';
import type { CommandPrefix as _tickwork_v1_CommandPrefix, CommandPrefix__Output as _tickwork_v1_CommandPrefix__Output } from '../../tickwork/v1/CommandPrefix.ts';
import type { Long } from '@grpc/proto-loader';

export interface Hello {
  'worker'?: (string);
  /**
   * Must equal the coordinator's; see proto/protocol-version.ts.
   */
  'protocolVersion'?: (number);
  'softwareVersion'?: (string);
  'slots'?: (number);
  'devices'?: (_tickwork_v1_Device)[];
  'labels'?: ({[key: string]: string});
  /**
   * Leases that this worker still works on, after a reconnect.
   */
  'inFlight'?: (_tickwork_v1_Lease)[];
  'host'?: (string);
  'pid'?: (number | string | Long);
  /**
   * It takes no assignment, ever.
   */
  'draining'?: (boolean);
  /**
   * What studies may run there beside the built-in training; nothing by default.
   */
  'allowedCommands'?: (_tickwork_v1_CommandPrefix)[];
  /**
   * Assignments that this worker takes beyond its free slots, to begin each as soon as a slot is free.
   */
  'queue'?: (number);
  /**
   * Of those in flight: leases whose trial has ended, see TrialEnded.
   */
  'ended'?: (_tickwork_v1_Lease)[];
}

export interface Hello__Output {
  'worker': (string);
  /**
   * Must equal the coordinator's; see proto/protocol-version.ts.
   */
  'protocolVersion': (number);
  'softwareVersion': (string);
  'slots': (number);
  'devices': (_tickwork_v1_Device__Output)[];
  'labels': ({[key: string]: string});
  /**
   * Leases that this worker still works on, after a reconnect.
   */
  'inFlight': (_tickwork_v1_Lease__Output)[];
  'host': (string);
  'pid': (number);
  /**
   * It takes no assignment, ever.
   */
  'draining': (boolean);
  /**
   * What studies may run there beside the built-in training; nothing by default.
   */
  'allowedCommands': (_tickwork_v1_CommandPrefix__Output)[];
  /**
   * Assignments that this worker takes beyond its free slots, to begin each as soon as a slot is free.
   */
  'queue': (number);
  /**
   * Of those in flight: leases whose trial has ended, see TrialEnded.
   */
  'ended': (_tickwork_v1_Lease__Output)[];
}
