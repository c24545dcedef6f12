// Original file: proto/tickwork/v1/worker.proto

import type { Lease as _tickwork_v1_Lease, Lease__Output as _tickwork_v1_Lease__Output } from '../../tickwork/v1/Lease.ts';

export interface Assignment {
  'lease'?: (_tickwork_v1_Lease | null);
  /**
   * {"parameters": {...}, "seed": n}, as core/study/trial-parameters.ts defines it; with "command" beside them a trial of the lab's
   * own program, as core/command/command.ts defines it, and with "handover" of one that waits for others or is waited for.
   */
  'trialJson'?: (string);
  /**
   * For progress displays, for example `config=A-LRN scale=32 seed=1`.
   */
  'title'?: (string);
  /**
   * Number of the device, among those of Hello, on which the trial shall compute.
   */
  'device'?: (number);
}

export interface Assignment__Output {
  'lease': (_tickwork_v1_Lease__Output | null);
  /**
   * {"parameters": {...}, "seed": n}, as core/study/trial-parameters.ts defines it; with "command" beside them a trial of the lab's
   * own program, as core/command/command.ts defines it, and with "handover" of one that waits for others or is waited for.
   */
  'trialJson': (string);
  /**
   * For progress displays, for example `config=A-LRN scale=32 seed=1`.
   */
  'title': (string);
  /**
   * Number of the device, among those of Hello, on which the trial shall compute.
   */
  'device': (number);
}
