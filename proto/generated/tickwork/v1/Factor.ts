// Original file: proto/tickwork/v1/sweep.proto


export interface Factor {
  'name'?: (string);
  /**
   * Labels of its levels, in order.
   */
  'levels'?: (string)[];
}

export interface Factor__Output {
  'name': (string);
  /**
   * Labels of its levels, in order.
   */
  'levels': (string)[];
}
