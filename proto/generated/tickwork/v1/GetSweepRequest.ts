// Original file: proto/tickwork/v1/sweep.proto


export interface GetSweepRequest {
  'name'?: (string);
}

export interface GetSweepRequest__Output {
  'name': (string);
}
