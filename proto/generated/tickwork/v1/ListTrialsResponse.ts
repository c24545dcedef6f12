// Original file: proto/tickwork/v1/sweep.proto

import type { Trial as _tickwork_v1_Trial, Trial__Output as _tickwork_v1_Trial__Output } from '../../tickwork/v1/Trial.ts';

export interface ListTrialsResponse {
  'trials'?: (_tickwork_v1_Trial)[];
  'nextPageToken'?: (string);
}

export interface ListTrialsResponse__Output {
  'trials': (_tickwork_v1_Trial__Output)[];
  'nextPageToken': (string);
}
