// Original file: proto/tickwork/v1/sweep.proto

import type { Sweep as _tickwork_v1_Sweep, Sweep__Output as _tickwork_v1_Sweep__Output } from '../../tickwork/v1/Sweep.ts';
import type { ConfigurationChange as _tickwork_v1_ConfigurationChange, ConfigurationChange__Output as _tickwork_v1_ConfigurationChange__Output } from '../../tickwork/v1/ConfigurationChange.ts';
import type { Long } from '@grpc/proto-loader';

export interface SweepEdit {
  /**
   * As it is now.
   */
  'sweep'?: (_tickwork_v1_Sweep | null);
  'cellsAdded'?: (number | string | Long);
  'cellsKept'?: (number | string | Long);
  /**
   * Cells that the new study does not have, by what they were: withdrawn, finishing or cancelled, and kept for their results.
   */
  'removedWaiting'?: (number | string | Long);
  'removedRunning'?: (number | string | Long);
  'removedEnded'?: (number | string | Long);
  /**
   * The first 1,000 configurations that change.
   */
  'changes'?: (_tickwork_v1_ConfigurationChange)[];
}

export interface SweepEdit__Output {
  /**
   * As it is now.
   */
  'sweep': (_tickwork_v1_Sweep__Output | null);
  'cellsAdded': (number);
  'cellsKept': (number);
  /**
   * Cells that the new study does not have, by what they were: withdrawn, finishing or cancelled, and kept for their results.
   */
  'removedWaiting': (number);
  'removedRunning': (number);
  'removedEnded': (number);
  /**
   * The first 1,000 configurations that change.
   */
  'changes': (_tickwork_v1_ConfigurationChange__Output)[];
}
