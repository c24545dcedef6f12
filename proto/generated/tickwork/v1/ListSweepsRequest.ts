// Original file: proto/tickwork/v1/sweep.proto


export interface ListSweepsRequest {
  /**
   * At most 1,000; 0 means 50.
   */
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface ListSweepsRequest__Output {
  /**
   * At most 1,000; 0 means 50.
   */
  'pageSize': (number);
  'pageToken': (string);
}
