// Original file: proto/tickwork/v1/sweep.proto


export interface ResumeSweepRequest {
  'requestId'?: (string);
  'name'?: (string);
}

export interface ResumeSweepRequest__Output {
  'requestId': (string);
  'name': (string);
}
