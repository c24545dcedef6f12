// Original file: proto/tickwork/v1/result.proto


export interface PublishedValue {
  /**
   * For example `top1Error`.
   */
  'metric'?: (string);
  'title'?: (string);
  'value'?: (number | string);
  'unit'?: (string);
}

export interface PublishedValue__Output {
  /**
   * For example `top1Error`.
   */
  'metric': (string);
  'title': (string);
  'value': (number);
  'unit': (string);
}
