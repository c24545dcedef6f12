// Original file: proto/tickwork/v1/result.proto


export interface Aggregate {
  'metric'?: (string);
  'n'?: (number);
  'mean'?: (number | string);
  /**
   * Sample standard deviation (n - 1); absent below n = 2.
   */
  'std'?: (number | string);
  'min'?: (number | string);
  'max'?: (number | string);
  '_mean'?: "mean";
  '_std'?: "std";
  '_min'?: "min";
  '_max'?: "max";
}

export interface Aggregate__Output {
  'metric': (string);
  'n': (number);
  'mean'?: (number);
  /**
   * Sample standard deviation (n - 1); absent below n = 2.
   */
  'std'?: (number);
  'min'?: (number);
  'max'?: (number);
  '_mean'?: "mean";
  '_std'?: "std";
  '_min'?: "min";
  '_max'?: "max";
}
