// Original file: proto/tickwork/v1/result.proto


export interface ListReportsRequest {
  /**
   * The sweep, `sweeps/{sweep}`, or one trial, `sweeps/{sweep}/trials/{cell}`.
   */
  'parent'?: (string);
  /**
   * At most 10,000; 0 means 1,000.
   */
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface ListReportsRequest__Output {
  /**
   * The sweep, `sweeps/{sweep}`, or one trial, `sweeps/{sweep}/trials/{cell}`.
   */
  'parent': (string);
  /**
   * At most 10,000; 0 means 1,000.
   */
  'pageSize': (number);
  'pageToken': (string);
}
