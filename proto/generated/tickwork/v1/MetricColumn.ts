// Original file: proto/tickwork/v1/result.proto


export interface MetricColumn {
  /**
   * For example `testError`.
   */
  'name'?: (string);
  'title'?: (string);
  /**
   * For example `%`; empty for counts.
   */
  'unit'?: (string);
}

export interface MetricColumn__Output {
  /**
   * For example `testError`.
   */
  'name': (string);
  'title': (string);
  /**
   * For example `%`; empty for counts.
   */
  'unit': (string);
}
