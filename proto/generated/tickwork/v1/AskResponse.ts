// Original file: proto/tickwork/v1/search.proto

import type { Trial as _tickwork_v1_Trial, Trial__Output as _tickwork_v1_Trial__Output } from '../../tickwork/v1/Trial.ts';

export interface AskResponse {
  /**
   * One trial for each seed of the study, in the order of the seeds.
   */
  'trials'?: (_tickwork_v1_Trial)[];
  /**
   * The sweep had this configuration already: these are its trials, which are not run again.
   */
  'known'?: (boolean);
}

export interface AskResponse__Output {
  /**
   * One trial for each seed of the study, in the order of the seeds.
   */
  'trials': (_tickwork_v1_Trial__Output)[];
  /**
   * The sweep had this configuration already: these are its trials, which are not run again.
   */
  'known': (boolean);
}
