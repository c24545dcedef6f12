// Original file: proto/tickwork/v1/sweep.proto

import type { Long } from '@grpc/proto-loader';

export interface TrialCounts {
  'total'?: (number | string | Long);
  'pending'?: (number | string | Long);
  'leased'?: (number | string | Long);
  'running'?: (number | string | Long);
  'succeeded'?: (number | string | Long);
  'failed'?: (number | string | Long);
  'cancelled'?: (number | string | Long);
  'stopped'?: (number | string | Long);
  'blocked'?: (number | string | Long);
  /**
   * Of those that succeeded: with the result of an equal trial of another sweep.
   */
  'reused'?: (number | string | Long);
}

export interface TrialCounts__Output {
  'total': (number);
  'pending': (number);
  'leased': (number);
  'running': (number);
  'succeeded': (number);
  'failed': (number);
  'cancelled': (number);
  'stopped': (number);
  'blocked': (number);
  /**
   * Of those that succeeded: with the result of an equal trial of another sweep.
   */
  'reused': (number);
}
