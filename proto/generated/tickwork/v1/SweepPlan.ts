// Original file: proto/tickwork/v1/sweep.proto

import type { Factor as _tickwork_v1_Factor, Factor__Output as _tickwork_v1_Factor__Output } from '../../tickwork/v1/Factor.ts';
import type { PlannedConfiguration as _tickwork_v1_PlannedConfiguration, PlannedConfiguration__Output as _tickwork_v1_PlannedConfiguration__Output } from '../../tickwork/v1/PlannedConfiguration.ts';
import type { Long } from '@grpc/proto-loader';

export interface SweepPlan {
  'study'?: (string);
  'title'?: (string);
  /**
   * Cells that will run (seeds included).
   */
  'cells'?: (number | string | Long);
  /**
   * Configurations: cells divided by seeds.
   */
  'configurations'?: (number | string | Long);
  'factors'?: (_tickwork_v1_Factor)[];
  'seeds'?: (number | string | Long)[];
  /**
   * Multiply-accumulates of all trials together, an estimate.
   */
  'estimatedMacs'?: (number | string);
  /**
   * Rows of the plan, one for each configuration, the first 1,000.
   */
  'rows'?: (_tickwork_v1_PlannedConfiguration)[];
  /**
   * Configurations that a search draws later, from results; not in `cells`.
   */
  'configurationsToDraw'?: (number | string | Long);
  /**
   * Slot time of all trials, and time from now on with the connected workers, from the measured speed of earlier trials of the
   * same networks; absent while one was never measured, and the second without workers.
   */
  'estimatedDeviceSeconds'?: (number | string);
  'estimatedSeconds'?: (number | string);
  /**
   * Slots of the connected workers.
   */
  'slots'?: (number);
  /**
   * Of `cells`: those that would be given the result of an equal trial of another sweep. Absent: the study reuses none.
   */
  'reused'?: (number | string | Long);
  '_estimatedDeviceSeconds'?: "estimatedDeviceSeconds";
  '_estimatedSeconds'?: "estimatedSeconds";
  '_reused'?: "reused";
}

export interface SweepPlan__Output {
  'study': (string);
  'title': (string);
  /**
   * Cells that will run (seeds included).
   */
  'cells': (number);
  /**
   * Configurations: cells divided by seeds.
   */
  'configurations': (number);
  'factors': (_tickwork_v1_Factor__Output)[];
  'seeds': (number)[];
  /**
   * Multiply-accumulates of all trials together, an estimate.
   */
  'estimatedMacs': (number);
  /**
   * Rows of the plan, one for each configuration, the first 1,000.
   */
  'rows': (_tickwork_v1_PlannedConfiguration__Output)[];
  /**
   * Configurations that a search draws later, from results; not in `cells`.
   */
  'configurationsToDraw': (number);
  /**
   * Slot time of all trials, and time from now on with the connected workers, from the measured speed of earlier trials of the
   * same networks; absent while one was never measured, and the second without workers.
   */
  'estimatedDeviceSeconds'?: (number);
  'estimatedSeconds'?: (number);
  /**
   * Slots of the connected workers.
   */
  'slots': (number);
  /**
   * Of `cells`: those that would be given the result of an equal trial of another sweep. Absent: the study reuses none.
   */
  'reused'?: (number);
  '_estimatedDeviceSeconds'?: "estimatedDeviceSeconds";
  '_estimatedSeconds'?: "estimatedSeconds";
  '_reused'?: "reused";
}
