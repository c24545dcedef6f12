// Original file: proto/tickwork/v1/result.proto

import type { Metric as _tickwork_v1_Metric, Metric__Output as _tickwork_v1_Metric__Output } from '../../tickwork/v1/Metric.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * One point of a learning curve.
 */
export interface Report {
  'cell'?: (number | string | Long);
  'attempt'?: (number);
  'trainEpoch'?: (number);
  'metrics'?: (_tickwork_v1_Metric)[];
}

/**
 * One point of a learning curve.
 */
export interface Report__Output {
  'cell': (number);
  'attempt': (number);
  'trainEpoch': (number);
  'metrics': (_tickwork_v1_Metric__Output)[];
}
