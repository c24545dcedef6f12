// Original file: proto/tickwork/v1/search.proto

import type { Report as _tickwork_v1_Report, Report__Output as _tickwork_v1_Report__Output } from '../../tickwork/v1/Report.ts';
import type { Trial as _tickwork_v1_Trial, Trial__Output as _tickwork_v1_Trial__Output } from '../../tickwork/v1/Trial.ts';

export interface WatchOutcomesResponse {
  /**
   * Committed points of learning curves that were not in a message before, in the order of cell, attempt and train epoch.
   */
  'reports'?: (_tickwork_v1_Report)[];
  /**
   * Trials that have reached a terminal state, with their metrics, and that were not in a message before.
   */
  'ended'?: (_tickwork_v1_Trial)[];
}

export interface WatchOutcomesResponse__Output {
  /**
   * Committed points of learning curves that were not in a message before, in the order of cell, attempt and train epoch.
   */
  'reports': (_tickwork_v1_Report__Output)[];
  /**
   * Trials that have reached a terminal state, with their metrics, and that were not in a message before.
   */
  'ended': (_tickwork_v1_Trial__Output)[];
}
