// Original file: proto/tickwork/v1/cluster.proto


export interface ListWorkersRequest {
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface ListWorkersRequest__Output {
  'pageSize': (number);
  'pageToken': (string);
}
