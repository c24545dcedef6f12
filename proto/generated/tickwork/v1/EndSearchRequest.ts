// Original file: proto/tickwork/v1/search.proto


export interface EndSearchRequest {
  'requestId'?: (string);
  'name'?: (string);
}

export interface EndSearchRequest__Output {
  'requestId': (string);
  'name': (string);
}
