// Original file: proto/tickwork/v1/result.proto


export interface GetTableRequest {
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'parent'?: (string);
  /**
   * Factors to group by, in the order of the wanted columns; empty means all factors.
   */
  'groupBy'?: (string)[];
  /**
   * Metrics to aggregate; empty means those the study names.
   */
  'metrics'?: (string)[];
  /**
   * At most 1,000 rows; 0 means 100.
   */
  'pageSize'?: (number);
  'pageToken'?: (string);
}

export interface GetTableRequest__Output {
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'parent': (string);
  /**
   * Factors to group by, in the order of the wanted columns; empty means all factors.
   */
  'groupBy': (string)[];
  /**
   * Metrics to aggregate; empty means those the study names.
   */
  'metrics': (string)[];
  /**
   * At most 1,000 rows; 0 means 100.
   */
  'pageSize': (number);
  'pageToken': (string);
}
