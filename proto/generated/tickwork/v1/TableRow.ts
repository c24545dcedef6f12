// Original file: proto/tickwork/v1/result.proto

import type { Level as _tickwork_v1_Level, Level__Output as _tickwork_v1_Level__Output } from '../../tickwork/v1/Level.ts';
import type { TrialCounts as _tickwork_v1_TrialCounts, TrialCounts__Output as _tickwork_v1_TrialCounts__Output } from '../../tickwork/v1/TrialCounts.ts';
import type { FailureCount as _tickwork_v1_FailureCount, FailureCount__Output as _tickwork_v1_FailureCount__Output } from '../../tickwork/v1/FailureCount.ts';
import type { Aggregate as _tickwork_v1_Aggregate, Aggregate__Output as _tickwork_v1_Aggregate__Output } from '../../tickwork/v1/Aggregate.ts';
import type { PublishedValue as _tickwork_v1_PublishedValue, PublishedValue__Output as _tickwork_v1_PublishedValue__Output } from '../../tickwork/v1/PublishedValue.ts';
import type { Difference as _tickwork_v1_Difference, Difference__Output as _tickwork_v1_Difference__Output } from '../../tickwork/v1/Difference.ts';
import type { Long } from '@grpc/proto-loader';

export interface TableRow {
  /**
   * One level for each factor in group_by, in that order.
   */
  'levels'?: (_tickwork_v1_Level)[];
  /**
   * Cells with a committed result, and cells that belong to this row.
   */
  'n'?: (number);
  'expected'?: (number);
  /**
   * Why n is smaller than expected: cells by state and kind of failure.
   */
  'counts'?: (_tickwork_v1_TrialCounts | null);
  'failures'?: (_tickwork_v1_FailureCount)[];
  /**
   * Aggregates in the order of Table.metrics.
   */
  'aggregates'?: (_tickwork_v1_Aggregate)[];
  /**
   * Values other people published for this row. Never mixed with ours.
   */
  'published'?: (_tickwork_v1_PublishedValue)[];
  /**
   * Known without training; absent when the cells of this row differ in it.
   */
  'weightLayers'?: (number);
  'parameters'?: (number | string | Long);
  'macsPerImage'?: (number | string | Long);
  /**
   * Trial parameters that all cells of this row share and the study asks to show, for example S and Q.
   */
  'shownParameters'?: (_tickwork_v1_Level)[];
  /**
   * In which factors this row differs from the study's base row; empty when there is no base or group_by leaves one of its factors out.
   */
  'differences'?: (_tickwork_v1_Difference)[];
  /**
   * This row is the base row.
   */
  'isBase'?: (boolean);
  /**
   * value - base over pairs of cells with equal seed, in the order of Table.metrics; empty without a base and in its row.
   */
  'paired'?: (_tickwork_v1_Aggregate)[];
  '_weightLayers'?: "weightLayers";
  '_parameters'?: "parameters";
  '_macsPerImage'?: "macsPerImage";
}

export interface TableRow__Output {
  /**
   * One level for each factor in group_by, in that order.
   */
  'levels': (_tickwork_v1_Level__Output)[];
  /**
   * Cells with a committed result, and cells that belong to this row.
   */
  'n': (number);
  'expected': (number);
  /**
   * Why n is smaller than expected: cells by state and kind of failure.
   */
  'counts': (_tickwork_v1_TrialCounts__Output | null);
  'failures': (_tickwork_v1_FailureCount__Output)[];
  /**
   * Aggregates in the order of Table.metrics.
   */
  'aggregates': (_tickwork_v1_Aggregate__Output)[];
  /**
   * Values other people published for this row. Never mixed with ours.
   */
  'published': (_tickwork_v1_PublishedValue__Output)[];
  /**
   * Known without training; absent when the cells of this row differ in it.
   */
  'weightLayers'?: (number);
  'parameters'?: (number);
  'macsPerImage'?: (number);
  /**
   * Trial parameters that all cells of this row share and the study asks to show, for example S and Q.
   */
  'shownParameters': (_tickwork_v1_Level__Output)[];
  /**
   * In which factors this row differs from the study's base row; empty when there is no base or group_by leaves one of its factors out.
   */
  'differences': (_tickwork_v1_Difference__Output)[];
  /**
   * This row is the base row.
   */
  'isBase': (boolean);
  /**
   * value - base over pairs of cells with equal seed, in the order of Table.metrics; empty without a base and in its row.
   */
  'paired': (_tickwork_v1_Aggregate__Output)[];
  '_weightLayers'?: "weightLayers";
  '_parameters'?: "parameters";
  '_macsPerImage'?: "macsPerImage";
}
