// Original file: proto/tickwork/v1/sweep.proto


export interface WatchSweepRequest {
  'name'?: (string);
  /**
   * Least time between two messages; 0 means 500 ms.
   */
  'minIntervalMs'?: (number);
}

export interface WatchSweepRequest__Output {
  'name': (string);
  /**
   * Least time between two messages; 0 means 500 ms.
   */
  'minIntervalMs': (number);
}
