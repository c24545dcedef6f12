// Original file: proto/tickwork/v1/sweep.proto

import type { Level as _tickwork_v1_Level, Level__Output as _tickwork_v1_Level__Output } from '../../tickwork/v1/Level.ts';
import type { TrialState as _tickwork_v1_TrialState, TrialState__Output as _tickwork_v1_TrialState__Output } from '../../tickwork/v1/TrialState.ts';
import type { FailureKind as _tickwork_v1_FailureKind, FailureKind__Output as _tickwork_v1_FailureKind__Output } from '../../tickwork/v1/FailureKind.ts';
import type { TrialProgress as _tickwork_v1_TrialProgress, TrialProgress__Output as _tickwork_v1_TrialProgress__Output } from '../../tickwork/v1/TrialProgress.ts';
import type { Metric as _tickwork_v1_Metric, Metric__Output as _tickwork_v1_Metric__Output } from '../../tickwork/v1/Metric.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface Trial {
  /**
   * Resource name, `sweeps/{sweep}/trials/{cell}`.
   */
  'name'?: (string);
  'cell'?: (number | string | Long);
  'levels'?: (_tickwork_v1_Level)[];
  'seed'?: (number | string | Long);
  'state'?: (_tickwork_v1_TrialState);
  /**
   * 1 for the first run; 0 while no run has begun.
   */
  'attempt'?: (number);
  'worker'?: (string);
  /**
   * Set when the last attempt failed.
   */
  'failureKind'?: (_tickwork_v1_FailureKind);
  'failureMessage'?: (string);
  /**
   * Why a pending trial waits, and what a blocked one would need.
   */
  'waitingReason'?: (string);
  /**
   * Latest progress of a running trial.
   */
  'progress'?: (_tickwork_v1_TrialProgress | null);
  /**
   * Committed metrics of a succeeded trial.
   */
  'metrics'?: (_tickwork_v1_Metric)[];
  'startTime'?: (_google_protobuf_Timestamp | null);
  'finishTime'?: (_google_protobuf_Timestamp | null);
  /**
   * Executor, device, precision, library versions that really ran (JSON object).
   */
  'provenanceJson'?: (string);
  /**
   * Why a stopped trial was stopped.
   */
  'stopReason'?: (string);
  /**
   * The trial whose result it was given, `sweeps/{sweep}/trials/{cell}`; empty: it was trained itself. Then attempt is 0, and worker and
   * provenance are those of that trial.
   */
  'reusedFrom'?: (string);
  '_progress'?: "progress";
  '_startTime'?: "startTime";
  '_finishTime'?: "finishTime";
}

export interface Trial__Output {
  /**
   * Resource name, `sweeps/{sweep}/trials/{cell}`.
   */
  'name': (string);
  'cell': (number);
  'levels': (_tickwork_v1_Level__Output)[];
  'seed': (number);
  'state': (_tickwork_v1_TrialState__Output);
  /**
   * 1 for the first run; 0 while no run has begun.
   */
  'attempt': (number);
  'worker': (string);
  /**
   * Set when the last attempt failed.
   */
  'failureKind': (_tickwork_v1_FailureKind__Output);
  'failureMessage': (string);
  /**
   * Why a pending trial waits, and what a blocked one would need.
   */
  'waitingReason': (string);
  /**
   * Latest progress of a running trial.
   */
  'progress'?: (_tickwork_v1_TrialProgress__Output | null);
  /**
   * Committed metrics of a succeeded trial.
   */
  'metrics': (_tickwork_v1_Metric__Output)[];
  'startTime'?: (_google_protobuf_Timestamp__Output | null);
  'finishTime'?: (_google_protobuf_Timestamp__Output | null);
  /**
   * Executor, device, precision, library versions that really ran (JSON object).
   */
  'provenanceJson': (string);
  /**
   * Why a stopped trial was stopped.
   */
  'stopReason': (string);
  /**
   * The trial whose result it was given, `sweeps/{sweep}/trials/{cell}`; empty: it was trained itself. Then attempt is 0, and worker and
   * provenance are those of that trial.
   */
  'reusedFrom': (string);
  '_progress'?: "progress";
  '_startTime'?: "startTime";
  '_finishTime'?: "finishTime";
}
