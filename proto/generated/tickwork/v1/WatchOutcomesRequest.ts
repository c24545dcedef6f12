// Original file: proto/tickwork/v1/search.proto


export interface WatchOutcomesRequest {
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'parent'?: (string);
  /**
   * Least time between two messages; 0 means 200 ms.
   */
  'minIntervalMs'?: (number);
}

export interface WatchOutcomesRequest__Output {
  /**
   * The sweep, `sweeps/{sweep}`.
   */
  'parent': (string);
  /**
   * Least time between two messages; 0 means 200 ms.
   */
  'minIntervalMs': (number);
}
