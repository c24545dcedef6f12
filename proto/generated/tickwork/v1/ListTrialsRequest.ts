// Original file: proto/tickwork/v1/sweep.proto

import type { TrialState as _tickwork_v1_TrialState, TrialState__Output as _tickwork_v1_TrialState__Output } from '../../tickwork/v1/TrialState.ts';

export interface ListTrialsRequest {
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'parent'?: (string);
  'pageSize'?: (number);
  'pageToken'?: (string);
  /**
   * Only trials in this state; UNSPECIFIED means all.
   */
  'state'?: (_tickwork_v1_TrialState);
}

export interface ListTrialsRequest__Output {
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'parent': (string);
  'pageSize': (number);
  'pageToken': (string);
  /**
   * Only trials in this state; UNSPECIFIED means all.
   */
  'state': (_tickwork_v1_TrialState__Output);
}
