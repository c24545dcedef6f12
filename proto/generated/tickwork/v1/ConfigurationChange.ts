// Original file: proto/tickwork/v1/sweep.proto

import type { Level as _tickwork_v1_Level, Level__Output as _tickwork_v1_Level__Output } from '../../tickwork/v1/Level.ts';
import type { Long } from '@grpc/proto-loader';

export interface ConfigurationChange {
  /**
   * Else it is removed.
   */
  'added'?: (boolean);
  'levels'?: (_tickwork_v1_Level)[];
  'cells'?: (number | string | Long);
}

export interface ConfigurationChange__Output {
  /**
   * Else it is removed.
   */
  'added': (boolean);
  'levels': (_tickwork_v1_Level__Output)[];
  'cells': (number);
}
