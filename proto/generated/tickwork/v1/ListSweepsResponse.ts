// Original file: proto/tickwork/v1/sweep.proto

import type { Sweep as _tickwork_v1_Sweep, Sweep__Output as _tickwork_v1_Sweep__Output } from '../../tickwork/v1/Sweep.ts';

export interface ListSweepsResponse {
  'sweeps'?: (_tickwork_v1_Sweep)[];
  'nextPageToken'?: (string);
}

export interface ListSweepsResponse__Output {
  'sweeps': (_tickwork_v1_Sweep__Output)[];
  'nextPageToken': (string);
}
