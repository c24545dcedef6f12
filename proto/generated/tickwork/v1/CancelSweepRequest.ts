// Original file: proto/tickwork/v1/sweep.proto


export interface CancelSweepRequest {
  'requestId'?: (string);
  'name'?: (string);
}

export interface CancelSweepRequest__Output {
  'requestId': (string);
  'name': (string);
}
