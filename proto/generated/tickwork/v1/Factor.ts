// Original file: proto/tickwork/v1/sweep.proto

import type { Long } from '@grpc/proto-loader';

export interface Factor {
  'name'?: (string);
  /**
   * Labels of its levels, in order; the first 1,000.
   */
  'levels'?: (string)[];
  'levelCount'?: (number | string | Long);
}

export interface Factor__Output {
  'name': (string);
  /**
   * Labels of its levels, in order; the first 1,000.
   */
  'levels': (string)[];
  'levelCount': (number);
}
