// Original file: proto/tickwork/v1/cluster.proto

import type { Worker as _tickwork_v1_Worker, Worker__Output as _tickwork_v1_Worker__Output } from '../../tickwork/v1/Worker.ts';

export interface ListWorkersResponse {
  'workers'?: (_tickwork_v1_Worker)[];
  'nextPageToken'?: (string);
}

export interface ListWorkersResponse__Output {
  'workers': (_tickwork_v1_Worker__Output)[];
  'nextPageToken': (string);
}
