// Original file: proto/tickwork/v1/sweep.proto

import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';

export interface SearchDecision {
  'time'?: (_google_protobuf_Timestamp | null);
  'reason'?: (string);
}

export interface SearchDecision__Output {
  'time': (_google_protobuf_Timestamp__Output | null);
  'reason': (string);
}
