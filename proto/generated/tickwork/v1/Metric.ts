// Original file: proto/tickwork/v1/sweep.proto


export interface Metric {
  /**
   * For example `testError`.
   */
  'name'?: (string);
  'value'?: (number | string);
  '_value'?: "value";
}

export interface Metric__Output {
  /**
   * For example `testError`.
   */
  'name': (string);
  'value'?: (number);
  '_value'?: "value";
}
