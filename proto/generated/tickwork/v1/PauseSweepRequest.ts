// Original file: proto/tickwork/v1/sweep.proto


export interface PauseSweepRequest {
  'requestId'?: (string);
  'name'?: (string);
}

export interface PauseSweepRequest__Output {
  'requestId': (string);
  'name': (string);
}
