// Original file: proto/tickwork/v1/sweep.proto

import type { Sweep as _tickwork_v1_Sweep, Sweep__Output as _tickwork_v1_Sweep__Output } from '../../tickwork/v1/Sweep.ts';
import type { Trial as _tickwork_v1_Trial, Trial__Output as _tickwork_v1_Trial__Output } from '../../tickwork/v1/Trial.ts';

export interface WatchSweepResponse {
  'sweep'?: (_tickwork_v1_Sweep | null);
  /**
   * Trials that are leased or running now, with their progress.
   */
  'active'?: (_tickwork_v1_Trial)[];
  /**
   * Trials that reached a terminal state since the previous message.
   */
  'finished'?: (_tickwork_v1_Trial)[];
}

export interface WatchSweepResponse__Output {
  'sweep': (_tickwork_v1_Sweep__Output | null);
  /**
   * Trials that are leased or running now, with their progress.
   */
  'active': (_tickwork_v1_Trial__Output)[];
  /**
   * Trials that reached a terminal state since the previous message.
   */
  'finished': (_tickwork_v1_Trial__Output)[];
}
