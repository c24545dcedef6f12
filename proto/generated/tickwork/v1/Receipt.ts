// Original file: proto/tickwork/v1/worker.proto

import type { Disposition as _tickwork_v1_Disposition, Disposition__Output as _tickwork_v1_Disposition__Output } from '../../tickwork/v1/Disposition.ts';
import type { Long } from '@grpc/proto-loader';

export interface Receipt {
  'recordId'?: (string);
  'disposition'?: (_tickwork_v1_Disposition);
  'epoch'?: (number | string | Long);
}

export interface Receipt__Output {
  'recordId': (string);
  'disposition': (_tickwork_v1_Disposition__Output);
  'epoch': (number);
}
